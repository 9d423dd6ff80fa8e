import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Latchkey's contracts, the same for tests, the local stack and live networks. They have no admin and no parameters. */
export default buildModule("Latchkey", (m) => {
  const sessionGrants = m.contract("SessionGrants");
  const sessionControl = m.contract("SessionControl");
  const sessionManager = m.contract("SessionManager", [sessionGrants, sessionControl]);
  const sessionAccount = m.contract("SessionAccount", [sessionManager]);
  const sessionAccountFactory = m.contract("SessionAccountFactory", [sessionAccount]);
  return { sessionGrants, sessionControl, sessionManager, sessionAccount, sessionAccountFactory };
});
