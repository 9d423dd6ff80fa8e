export * from "./accountSignature.ts";
export * from "./admitGrant.ts";
export * from "./admitOrder.ts";
export * from "./admitProofs.ts";
export * from "./apiPolicy.ts";
export * from "./approval.ts";
export * from "./contractTypes.ts";
export * from "./controlMessage.ts";
export * from "./createLatchkeyClient.ts";
export * from "./createScope.ts";
export * from "./createSession.ts";
export * from "./decodeCalls.ts";
export * from "./decodeManagerEvent.ts";
export * from "./decodeSessionGranted.ts";
export * from "./describe.ts";
export * from "./encodeCalls.ts";
export * from "./encodeControlCalls.ts";
export * from "./encodeRedeemDelegations.ts";
export * from "./errors.ts";
export { describeEvidence, type Evidence, type EvidenceAction } from "./evidence.ts";
export * from "./exposure.ts";
export * from "./generated/abi.ts";
export * from "./generated/addresses.ts";
export * from "./generated/forbiddenSelectors.ts";
export * from "./grantMessage.ts";
export * from "./hashOrder.ts";
export * from "./hashScope.ts";
export * from "./hashSession.ts";
export * from "./latchkeyClient.ts";
export * from "./lease.ts";
export * from "./meterOrder.ts";
export * from "./nativeToken.ts";
export * from "./order.ts";
export { packOrder } from "./packOrder.ts";
export * from "./packScope.ts";
export * from "./packSession.ts";
export { toRouterSwapCall } from "./routerSwap.ts";
export * from "./scope.ts";
export * from "./scopesTree.ts";
export * from "./session.ts";
export * from "./signOrder.ts";
export type { Template } from "./template.ts";
export * from "./templates.ts";
export * from "./toErrorSentence.ts";
export * from "./typedData.ts";
export * from "./universalRouterPolicy.ts";
export * from "./unpackOrder.ts";
export * from "./unpackScope.ts";
export * from "./unpackSession.ts";
export * from "./wire.ts";
export type { Glossary, TokenInfo } from "./words.ts";
export type {
  ControlState,
  IssuedLease,
  RelayerEvent,
  LimitRemaining,
  OrderReason,
  OrderState,
  OrderStatus,
  RelayerInfo,
  SessionState,
} from "./relayerResponses.ts";
export type { RetryPolicy } from "./retry.ts";
