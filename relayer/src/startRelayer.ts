import { randomUUID } from "node:crypto";
import type { Address } from "viem";
import { createAdmission } from "./admission/createAdmission.ts";
import { createContentStore } from "./admission/createContentStore.ts";
import { createIntake } from "./admission/createIntake.ts";
import { createSimulation } from "./admission/createSimulation.ts";
import { createSealer } from "./audit/createSealer.ts";
import { createApp } from "./app.ts";
import { addAuthentication } from "./auth/addAuthentication.ts";
import { createAuthenticator } from "./auth/createAuthenticator.ts";
import { createParties } from "./auth/createParties.ts";
import { createContractProbe } from "./chain/createContractProbe.ts";
import { createIndexer } from "./chain/createIndexer.ts";
import { createReadiness } from "./chain/createReadiness.ts";
import { createSessionReader } from "./chain/createSessionReader.ts";
import { createRpc } from "./chain/createRpc.ts";
import type { Config } from "./config.ts";
import { closeServer } from "./closeServer.ts";
import { bindDeployment } from "./db/bindDeployment.ts";
import { openDatabase } from "./db/openDatabase.ts";
import { addEncryption } from "./encryption/addEncryption.ts";
import { createDecryption } from "./encryption/createDecryption.ts";
import { createEventLog } from "./events/createEventLog.ts";
import { countWaitingOrders } from "./db/orderRows.ts";
import { createAccess } from "./limits/createAccess.ts";
import { createApiPolicies } from "./limits/createApiPolicies.ts";
import { createJobQueue } from "./jobs/createJobQueue.ts";
import { createFeeDesk } from "./limits/createFeeDesk.ts";
import { createGasBudget } from "./limits/createGasBudget.ts";
import { createLoadGate } from "./limits/createLoadGate.ts";
import { createSessionLimit } from "./limits/createSessionLimit.ts";
import { createMetrics } from "./observability/createMetrics.ts";
import { createStages } from "./observability/createStages.ts";
import { startTracing } from "./observability/startTracing.ts";
import { observeSchema } from "./observability/observeRequests.ts";
import { addControlRoutes } from "./routes/controlRoutes.ts";
import { addCredentialRoutes } from "./routes/credentialRoutes.ts";
import { addEventRoutes } from "./routes/eventRoutes.ts";
import { addFeeRoutes } from "./routes/feeRoutes.ts";
import { addJsonRpcRoutes } from "./routes/jsonRpcRoutes.ts";
import { addMetricsRoutes } from "./routes/metricsRoutes.ts";
import { addOrderRoutes } from "./routes/orderRoutes.ts";
import { addPolicyRoutes } from "./routes/policyRoutes.ts";
import { addSentinelRoutes } from "./routes/sentinelRoutes.ts";
import { addSessionRoutes } from "./routes/sessionRoutes.ts";
import { addStatusRoutes } from "./routes/statusRoutes.ts";
import { addWebhookRoutes } from "./routes/webhookRoutes.ts";
import { startLoops } from "./startLoops.ts";
import { createEnforcement } from "./sentinel/createEnforcement.ts";
import { createLeaseIssuer } from "./sentinel/createLeaseIssuer.ts";
import { createSentinel } from "./sentinel/createSentinel.ts";
import { openHotWallets } from "./signers/openHotWallets.ts";
import { openSentinelKey } from "./signers/openSentinelKey.ts";
import { createFees } from "./submission/createFees.ts";
import { releaseAllLanes } from "./submission/laneRows.ts";
import { createSubmission } from "./submission/createSubmission.ts";
import { createWallet } from "./submission/createWallet.ts";
import { createDestinations } from "./webhooks/createDestinations.ts";
import { createNotifier } from "./webhooks/createNotifier.ts";

export type Relayer = { url: string; address: Address; stop: () => Promise<void> };

/** The composition root: one relayer, running. `onFatal` is told what it cannot go on with. */
export async function startRelayer(config: Config, onFatal: (error: Error) => void): Promise<Relayer> {
  const startedAt = performance.now();
  const stopTracing = await startTracing(config);
  const metrics = createMetrics();
  const isTraced = stopTracing !== undefined;
  const stages = createStages({ metrics, isTraced });
  const app = await createApp(config, { metrics, stages, isTraced });
  const { log } = app;
  const rpc = createRpc(config);
  const hotWallets = await openHotWallets({ ...config, log });
  const sentinelKey = await openSentinelKey({ ...config, log });
  const { db, pipeline, kind, pglite, close } = await openDatabase({ ...config, log });
  const stopping = new AbortController();
  try {
    await bindDeployment(db, config);
    const indexer = createIndexer({ db, rpc, log, config });
    // Nobody else can have the directory, so whoever had the lanes is dead.
    if (kind === "pglite") await releaseAllLanes(db, config.chainId);
    const getFees = createFees({ rpc, indexer, config });
    const { accounts } = hotWallets;
    const wallets = accounts.map((account) => createWallet({ account, getFees, config }));
    const [auditSigner] = accounts;
    const submitters = wallets.map(({ address }) => address);
    const [wallet] = wallets;
    if (wallet === undefined || auditSigner === undefined) throw new Error("There is no hot wallet");
    const contents = createContentStore({ db, config });
    const sessionReader = createSessionReader({ rpc, indexer, config });
    const simulation = createSimulation({ rpc, indexer, log, config });
    const authenticator = createAuthenticator({ db, rpc, contents, sessionReader, config });
    const parties = createParties({ rpc, indexer });
    const decryption = await createDecryption(config);
    const access = createAccess({ db, config });
    const feeDesk = createFeeDesk({ db, getGasPrice: async () => (await getFees()).gasPrice, config });
    const gasBudget = createGasBudget(config);
    const sessionLimit = createSessionLimit(config);
    const loadGate = createLoadGate({
      countWaiting: (max) => countWaitingOrders(db, config.chainId, max),
      inFlight: metrics.admissionsInFlight,
      config,
    });
    const apiPolicies = createApiPolicies({ db, parties, config });
    const enforcement = createEnforcement({ rpc, contents, sentinelKey, config });
    const sentinel = createSentinel({ db, indexer, enforcement, log, metrics, config });
    const leaseIssuer = createLeaseIssuer({ sessionReader, sentinelKey, enforcement, sentinel, config });
    // What is held stays so across a restart, from the first order on.
    await sentinel.refresh();
    const admission = createAdmission({
      db,
      pipeline,
      contents,
      sessionReader,
      simulation,
      isContract: createContractProbe({ rpc, indexer }),
      access,
      feeDesk,
      gasBudget,
      sessionLimit,
      apiPolicies,
      sentinel,
      stages,
      submitters,
      config,
    });
    const submission = createSubmission({
      db,
      pipeline,
      rpc,
      indexer,
      wallets,
      instance: randomUUID(),
      signControl: (control) => enforcement.signControl(control),
      log,
      config,
    });

    const destinations = createDestinations(config);
    const jobs = createJobQueue({ pglite, log, config });
    const notifier = createNotifier({ db, jobs, destinations, log, config });
    const eventLog = createEventLog({ db, config });
    const seal = createSealer({ db, pipeline, signer: auditSigner, config });
    const loops = startLoops({
      db,
      kind,
      rpc,
      indexer,
      submission,
      notifier,
      jobs,
      apiPolicies,
      sentinel,
      eventLog,
      seal,
      log,
      config,
      startedAt,
      onFatal,
    });
    indexer.subscribe(() => loops.wakeSubmission());

    const stop = async (): Promise<void> => {
      stopping.abort();
      await closeServer(app);
      await loops.stop();
      await sentinel
        .save()
        .catch((error: unknown) => log.warn({ err: error }, "What the sentinel learned was not kept"));
      await notifier.stop();
      await jobs.stop();
      // Without it the lanes would wait for their leases to run out.
      await submission.stop().catch((error: unknown) => log.warn({ err: error }, "The lanes were not given back"));
      await hotWallets.close();
      await sentinelKey?.close();
      await close();
      await stopTracing?.();
    };
    try {
      addAuthentication({ app, db, authenticator, stages, config });
      addEncryption({ app, decryption, stages });
      observeSchema(app);
      addCredentialRoutes({ app, db, contents, parties, config });
      const onAccepted = (): void => loops.wakeSubmission();
      const intake = createIntake({ admission, loadGate, onAccepted });
      addOrderRoutes({ app, db, contents, parties, intake, config });
      addJsonRpcRoutes({ app, db, rpc, contents, sessionReader, parties, intake, metrics, config });
      addSessionRoutes({ app, db, contents, sessionReader, access, parties, config });
      const submitter = wallet.address;
      addControlRoutes({ app, db, rpc, contents, parties, access, gasBudget, submitter, onAccepted, config });
      addPolicyRoutes({ app, db, contents, parties, apiPolicies, config });
      addSentinelRoutes({ app, db, contents, parties, apiPolicies, sentinel, leaseIssuer, config });
      addWebhookRoutes({ app, db, contents, parties, destinations, config });
      addFeeRoutes({ app, feeDesk });
      addEventRoutes({ app, contents, sessionReader, parties, eventLog, stopping: stopping.signal });
      const readiness = createReadiness({ db, rpc, indexer, config });
      addStatusRoutes({ app, readiness, relayer: wallet.address, sentinel: sentinelKey?.address, config });
      addMetricsRoutes({ app, db, rpc, indexer, metrics, readiness, wallets: submitters, config });
      await app.ready();
      const url = await app.listen({ host: config.host, port: config.port });
      const { chainId, manager } = config;
      log.info(
        { url, chainId, manager, relayer: wallet.address, access: config.access, database: kind },
        "The relayer is up",
      );
      return { url, address: wallet.address, stop };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    if (!stopping.signal.aborted) await close();
    throw error;
  }
}
