import { decodeAbiParameters, decodeFunctionData, type Hex } from "viem";
import { fromContractScope, fromContractSession } from "./contractTypes.ts";
import { batchMode, encodeAccountExecute, encodeGrant, executionParameters, type AccountCall } from "./encodeCalls.ts";
import { EncodingError } from "./errors.ts";
import { sessionAccountAbi, sessionManagerAbi } from "./generated/abi.ts";
import type { Scope } from "./scope.ts";
import { toScopesRoot } from "./scopesTree.ts";
import type { Session } from "./session.ts";

/**
 * Session and scopes in the calldata of `SessionManager.grant`: what a wallet is about to sign, not what a page says.
 * Throws `EncodingError` unless they are the one meaning of these bytes.
 */
export function decodeGrant(calldata: Hex): { session: Session; scopes: Scope[] } {
  const { functionName, args } = decode("a grant", () =>
    decodeFunctionData({ abi: sessionManagerAbi, data: calldata }),
  );
  if (functionName !== "grant") throw new EncodingError(`The calldata calls ${functionName}, not grant`);
  const session = fromContractSession(args[0]);
  const scopes = args[1].map(fromContractScope);
  if (encodeGrant({ session, scopes }) !== calldata.toLowerCase()) {
    throw new EncodingError("The calldata of the grant is not in its canonical form");
  }
  if (toScopesRoot(scopes) !== session.scopesRoot) {
    throw new EncodingError("The scopes of the grant are not those its session commits to");
  }
  return { session, scopes };
}

/** The calls in the calldata of `SessionAccount.execute`; throws `EncodingError` unless it is canonical. */
export function decodeAccountExecute(calldata: Hex): Required<AccountCall>[] {
  const { functionName, args } = decode("an account's execute", () =>
    decodeFunctionData({ abi: sessionAccountAbi, data: calldata }),
  );
  if (functionName !== "execute" || args[0] !== batchMode) {
    throw new EncodingError("The calldata is not a batch for an account to execute");
  }
  const [batch] = decode("a batch", () => decodeAbiParameters(executionParameters, args[1]));
  const calls = batch.map(({ target, value, callData }) => ({ target, value, data: callData }));
  if (encodeAccountExecute(calls) !== calldata.toLowerCase()) {
    throw new EncodingError("The calldata of the batch is not in its canonical form");
  }
  return calls;
}

function decode<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new EncodingError(`The calldata is not ${what}`, { cause });
  }
}
