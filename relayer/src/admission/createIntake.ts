import type { SignedOrder } from "@latchkey/sdk";
import type { OrderRow } from "../db/orderRows.ts";
import type { LoadGate } from "../limits/createLoadGate.ts";
import type { Caller } from "../limits/createApiPolicies.ts";
import type { Admission } from "./createAdmission.ts";
import type { SimulationResult } from "./createSimulation.ts";

export type Intake = ReturnType<typeof createIntake>;

type Deps = {
  admission: Admission;
  loadGate: LoadGate;
  /** Tells the submission that there is something to do. */
  onAccepted: () => void;
};

/** The one way in for orders, whichever interface they come by. */
export function createIntake({ admission, loadGate, onAccepted }: Deps) {
  return {
    async submit(signed: SignedOrder, caller: Caller): Promise<{ order: OrderRow; isNew: boolean }> {
      const submitted = await loadGate.run(() => admission.submit(signed, caller), { isStoring: true });
      if (submitted.isNew) onAccepted();
      return submitted;
    },

    simulate: (signed: SignedOrder, caller: Caller): Promise<SimulationResult> =>
      loadGate.run(() => admission.simulate(signed, caller), { isStoring: false }),
  };
}
