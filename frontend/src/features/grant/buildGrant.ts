import { createSession, encodeAccountExecute, encodeGrant, type Glossary, templates } from "@latchkey/sdk";
import type { Address, Hex } from "viem";
import type { AppConfig } from "../../lib/config.ts";
import { AppError } from "../../lib/errors.ts";
import type { GrantInput } from "./grantForm.ts";

const fillTemplate = (input: GrantInput, account: Address, config: AppConfig) => {
  const { amount, period, amountPerOrder } = input;
  if (input.template === "payment")
    return templates.payment({
      token: input.token.address,
      recipients: input.recipients,
      amount,
      period,
      ...(amountPerOrder === undefined ? {} : { amountPerPayment: amountPerOrder }),
    });
  if (config.uniswap === undefined) throw new AppError("No Uniswap router is configured here.");
  const { tokenIn, tokenOut, fee } = input.route;
  const { router } = config.uniswap;
  return templates.uniswapSwap({
    router,
    tokenIn: tokenIn.address,
    tokenOut: tokenOut.address,
    fee,
    account,
    amount,
    period,
    ...(amountPerOrder === undefined ? {} : { amountPerSwap: amountPerOrder }),
  });
};

type BuildContext = { config: AppConfig; glossary: Glossary; account: Address; epoch: number; now: number };

/** The bytes the owner will sign: the account's call of the manager's `grant`. */
export const buildGrant = (input: GrantInput, { config, glossary, account, epoch, now }: BuildContext): Hex => {
  const content = {
    account,
    signer: input.signer,
    validAfter: now,
    validUntil: now + input.duration,
    maxOrders: input.maxOrders,
    epoch,
    ...fillTemplate(input, account, config),
  };
  const { session, scopes } = createSession(content, { manager: config.manager, glossary });
  return encodeAccountExecute([{ target: config.manager, value: 0n, data: encodeGrant({ session, scopes }) }]);
};
