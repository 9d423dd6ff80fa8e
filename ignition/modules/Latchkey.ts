import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** Latchkey's contracts, the same for tests, the local stack and live networks. They have no admin and no parameters. */
export default buildModule("Latchkey", (m) => {
  const sessionManager = m.contract("SessionManager");
  const sessionAccount = m.contract("SessionAccount", [sessionManager]);
  const sessionAccountFactory = m.contract("SessionAccountFactory", [sessionAccount]);
  return { sessionManager, sessionAccount, sessionAccountFactory };
});
