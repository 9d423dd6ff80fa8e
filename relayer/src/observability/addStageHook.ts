import type { FastifyRequest } from "fastify";
import type { App } from "../app.ts";
import type { Stages } from "./createStages.ts";
import type { Stage } from "./stages.ts";

type Options = {
  app: App;
  stages: Stages;
  stage: Stage;
  /** Whether a request passes through it; by default every one does. */
  isWanted?: (request: FastifyRequest) => boolean;
};

/**
 * `work` before a request's body is checked against its schema, as a stage of admission where the route is one of those.
 * A request for which there is nothing to wait for does not wait.
 */
export function addStageHook(
  { app, stages, stage, isWanted = () => true }: Options,
  work: (request: FastifyRequest) => void | Promise<void>,
): void {
  app.addHook("preValidation", (request, _reply, done) => {
    if (!isWanted(request)) {
      done();
      return;
    }
    const { isAdmission } = request.routeOptions.config;
    let working: void | Promise<void>;
    try {
      working = isAdmission === true ? stages.run(stage, () => work(request)) : work(request);
    } catch (error) {
      done(error as Error);
      return;
    }
    if (working === undefined) done();
    else working.then(() => done(), done);
  });
}
