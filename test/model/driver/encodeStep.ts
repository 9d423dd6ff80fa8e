import { encodeFunctionData, parseAbi, zeroAddress, type Address, type Hex } from "viem";
import {
  encodeAccountExecute,
  packScope,
  packSession,
  toContractScope,
  toContractSession,
  type Order,
} from "@latchkey/sdk";
import type { Step } from "../reference/operation.ts";
import { getAccountOf } from "../reference/setting.ts";
import type { Chain } from "./createChain.ts";
import { encodeSafeCall } from "./safe.ts";
import { encodeDelegation } from "./encodeDelegation.ts";
import type { Transaction } from "./createRpc.ts";
import { encodeSubmission } from "./encodeSubmission.ts";
import { toAccountMessage, toGrantMessage, toSessionMessage } from "./messages.ts";
import { signControl, signTampered } from "./signTampered.ts";

const plentyOfGas = 16_000_000n;
/** Less than any order that says it is starved has signed. */
const littleGas = 1_500_000n;
const otherHash: Hex = `0x${"5a".repeat(32)}`;
const executorType = 2n;
const moduleAbi = parseAbi([
  "function installModule(uint256 moduleType, address module, bytes data)",
  "function uninstallModule(uint256 moduleType, address module, bytes data)",
]);
const approveAbi = parseAbi(["function approve(address spender, uint256 amount)"]);

/** The transaction by which a step is taken. */
export async function encodeStep(chain: Chain, step: Step): Promise<Transaction> {
  switch (step.kind) {
    case "grant":
      return encodeGrantStep(chain, step);
    case "session":
      return encodeSessionStep(chain, step);
    case "account":
      return encodeAccountStep(chain, step);
    case "module":
      return encodeModuleStep(chain, step);
    case "allow": {
      const { account, token, spender, amount } = step;
      const data = encodeFunctionData({ abi: approveAbi, functionName: "approve", args: [spender, amount] });
      return act(chain, account, { to: token, data });
    }
    case "execute": {
      const { submission, sender, by, isStarved } = step;
      const encoded = await encodeSubmission(chain.domain, submission);
      const call =
        by === "execute"
          ? encodeManager(chain, "execute", [encoded.packed])
          : encodeManager(chain, "redeemDelegations", encodeDelegation(submission, encoded));
      return { from: sender, ...call, gas: isStarved ? littleGas : plentyOfGas };
    }
    case "batch": {
      const orders: Hex[] = [];
      for (const submission of step.submissions) orders.push((await encodeSubmission(chain.domain, submission)).packed);
      const gas = step.isStarved ? littleGas : plentyOfGas;
      return { from: step.sender, ...encodeManager(chain, "executeBatch", [orders]), gas };
    }
    case "misuse":
      return encodeMisuse(chain, step);
  }
}

function encodeManager({ setting, managerAbi }: Chain, functionName: string, args: readonly unknown[]) {
  return { to: setting.manager, data: encodeFunctionData({ abi: managerAbi, functionName, args }) };
}

/** As `sender`: an account's owner makes the account call, everyone else calls. */
function act({ setting }: Chain, sender: Address, { to, data }: { to: Address; data: Hex }): Transaction {
  const { owner, kind } = getAccountOf(setting, sender);
  const gas = plentyOfGas;
  if (owner === sender) return { from: sender, to, data, gas };
  const execute = kind === "safe" ? encodeSafeCall(owner, to, data) : encodeAccountExecute([{ target: to, data }]);
  return { from: owner, to: sender, data: execute, gas };
}

/** An ERC-7579 account tells its module; any other account only says so. */
function encodeModuleStep(
  chain: Chain,
  { account, act: functionName }: Extract<Step, { kind: "module" }>,
): Transaction {
  const { owner, kind } = getAccountOf(chain.setting, account);
  if (kind !== "erc7579") return act(chain, account, encodeManager(chain, functionName, ["0x"]));
  const data = encodeFunctionData({
    abi: moduleAbi,
    functionName: functionName === "onInstall" ? "installModule" : "uninstallModule",
    args: [executorType, chain.setting.manager, "0x"],
  });
  return { from: owner, to: account, data, gas: plentyOfGas };
}

async function encodeGrantStep(chain: Chain, step: Extract<Step, { kind: "grant" }>): Promise<Transaction> {
  const { plan, scopes, sender, message } = step;
  const content = [toContractSession(plan.session), scopes.map(toContractScope)];
  if (message === undefined) return act(chain, sender, encodeManager(chain, "grant", content));
  const { deadline } = message;
  const { account } = plan.session;
  const signature = await signTampered(chain, account, message, (at) =>
    toGrantMessage(at.domain, {
      session: at.subject === undefined ? plan.session : { ...plan.session, salt: at.subject },
      scopes,
      // A grant has no nonce.
      deadline: at.nonce(at.deadline(deadline)),
    }),
  );
  return act(chain, sender, encodeManager(chain, "grantWithSignature", [...content, deadline, signature]));
}

async function encodeSessionStep(chain: Chain, step: Extract<Step, { kind: "session" }>): Promise<Transaction> {
  const { act: functionName, plan, sender, message } = step;
  const session = packSession(plan.session);
  if (message === undefined) return act(chain, sender, encodeManager(chain, functionName, [session]));
  const { account } = plan.session;
  const control = await signControl(chain, account, message, (at) =>
    toSessionMessage(at.domain, functionName, {
      account,
      sessionId: at.subject ?? plan.id,
      controlNonce: at.nonce(message.controlNonce),
      deadline: at.deadline(message.deadline),
    }),
  );
  return act(chain, sender, encodeManager(chain, `${functionName}WithSignature`, [session, control]));
}

async function encodeAccountStep(chain: Chain, step: Extract<Step, { kind: "account" }>): Promise<Transaction> {
  const { act: functionName, account, guardian = zeroAddress, sender, message } = step;
  const guardians = functionName === "setGuardian" ? [guardian] : [];
  if (message === undefined) {
    const args = functionName === "pause" ? [account] : guardians;
    return act(chain, sender, encodeManager(chain, functionName, args));
  }
  const control = await signControl(chain, account, message, (at) =>
    toAccountMessage(at.domain, functionName, {
      account: at.subject === undefined ? account : chain.setting.market,
      guardian,
      controlNonce: at.nonce(message.controlNonce),
      deadline: at.deadline(message.deadline),
    }),
  );
  return act(chain, sender, encodeManager(chain, `${functionName}WithSignature`, [account, ...guardians, control]));
}

async function encodeMisuse(chain: Chain, step: Extract<Step, { kind: "misuse" }>): Promise<Transaction> {
  const { submission, scopes, sender, order: whose } = step;
  const { order, session, signature } = await encodeSubmission(chain.domain, submission);
  const reported: Order = whose === "of another" ? { ...order, sessionId: otherHash } : order;
  return act(
    chain,
    sender,
    encodeManager(chain, "reportMisuse", [session, reported, signature, scopes.map(packScope)]),
  );
}
