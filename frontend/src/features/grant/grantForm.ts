import type { Address } from "viem";
import type { Token } from "../../lib/config.ts";
import type { Deps } from "../../lib/deps.tsx";
import { isSameAddress, parseAmount } from "../../lib/format.ts";
import { parseAddress } from "../../lib/parseAddress.ts";
import { findToken } from "../../lib/tokens.ts";

export type Template = "uniswapSwap" | "payment";

/** What the person typed, as text. */
export type GrantForm = {
  template: Template;
  name: string;
  signer: string;
  /** Index into the routes of `toRoutes`. */
  route: string;
  /** Address of the token to pay in. */
  token: string;
  /** One address a line. */
  recipients: string;
  amount: string;
  /** Of one order; empty = no bound but `amount`. */
  amountPerOrder: string;
  /** Seconds; 0 = in all. */
  period: string;
  /** Seconds from now to the end. */
  duration: string;
  maxOrders: string;
};

/** What a link may fill in. */
export type GrantPrefill = Partial<Pick<GrantForm, "template" | "signer" | "name" | "amount">>;

/** Tokens, the native one among them, and where to swap. */
export type Deployment = Pick<Deps, "tokens" | "config">;

/** One direction of one Uniswap pool. */
export type Route = { tokenIn: Token; tokenOut: Token; fee: number };

/** What the form says once it is right. */
export type GrantInput = {
  name: string;
  signer: Address;
  amount: bigint;
  amountPerOrder: bigint | undefined;
  period: number;
  duration: number;
  maxOrders: number;
} & ({ template: "uniswapSwap"; route: Route } | { template: "payment"; token: Token; recipients: readonly Address[] });

export type GrantErrors = Partial<Record<keyof GrantForm, string>>;
export type CheckedGrant = { ok: true; input: GrantInput } | { ok: false; errors: GrantErrors };

const maxDuration = 365 * 86_400;
const maxOrdersMax = 0xffffff;
const recipientsMax = 16;

export const toRoutes = ({ tokens, config }: Deployment): readonly Route[] =>
  (config.uniswap?.pools ?? []).flatMap(({ tokenA, tokenB, fee }) => {
    const [a, b] = [findToken(tokens, tokenA), findToken(tokens, tokenB)];
    if (a === undefined || b === undefined) return [];
    return [
      { tokenIn: a, tokenOut: b, fee },
      { tokenIn: b, tokenOut: a, fee },
    ];
  });

export const toInitialForm = ({ tokens, config }: Deployment, prefill: GrantPrefill): GrantForm => ({
  template: config.uniswap === undefined ? "payment" : "uniswapSwap",
  name: "",
  signer: "",
  route: "0",
  token: (config.tokens[0] ?? tokens[0])?.address ?? "",
  recipients: "",
  amount: "",
  amountPerOrder: "",
  period: "86400",
  duration: String(7 * 86_400),
  maxOrders: "1000",
  ...prefill,
});

/** The token the limit is in. */
export const toLimitToken = (form: GrantForm, deployment: Deployment): Token | undefined =>
  form.template === "uniswapSwap"
    ? toRoutes(deployment)[Number(form.route)]?.tokenIn
    : deployment.tokens.find(({ address }) => address === form.token);

const checkRecipients = (text: string): { ok: true; value: Address[] } | { ok: false; problem: string } => {
  const lines = text.split(/[\s,]+/).filter((line) => line !== "");
  if (lines.length === 0) return { ok: false, problem: "Enter at least one address." };
  if (lines.length > recipientsMax)
    return { ok: false, problem: `At most ${recipientsMax} recipients fit into one key.` };
  const parsed = lines.map((line) => ({ line, result: parseAddress(line) }));
  const bad = parsed.find(({ result }) => !result.ok);
  if (bad !== undefined && !bad.result.ok) return { ok: false, problem: `${bad.line}: ${bad.result.problem}` };
  const addresses = parsed.flatMap(({ result }) => (result.ok ? [result.value] : []));
  return { ok: true, value: [...new Set(addresses)] };
};

const checkSigner = (
  text: string,
  { account, owner }: { account: Address; owner: Address },
): ReturnType<typeof parseAddress> => {
  const parsed = parseAddress(text);
  if (!parsed.ok) return parsed;
  if (isSameAddress(parsed.value, owner))
    return {
      ok: false,
      problem: "This is your own wallet. A bot needs a key of its own, which can't empty the account.",
    };
  if (isSameAddress(parsed.value, account))
    return { ok: false, problem: "This is the account itself. Enter the address of the bot's own key." };
  return parsed;
};

const checkWhole = (text: string, { min, max }: { min: number; max: number }): number | undefined => {
  const value = Number(text);
  return /^\d+$/.test(text.trim()) && value >= min && value <= max ? value : undefined;
};

/** Either what the form means, or what is wrong with every field that is. */
export const checkGrantForm = (
  form: GrantForm,
  context: { deployment: Deployment; account: Address; owner: Address },
): CheckedGrant => {
  const errors: GrantErrors = {};
  const limitToken = toLimitToken(form, context.deployment);
  const route = toRoutes(context.deployment)[Number(form.route)];
  const signer = checkSigner(form.signer, context);
  const amount = parseAmount(form.amount, limitToken?.decimals ?? 18);
  const perOrder =
    form.amountPerOrder.trim() === "" ? undefined : parseAmount(form.amountPerOrder, limitToken?.decimals ?? 18);
  const recipients = checkRecipients(form.recipients);
  const period = checkWhole(form.period, { min: 0, max: maxDuration });
  const duration = checkWhole(form.duration, { min: 60, max: maxDuration });
  const maxOrders = checkWhole(form.maxOrders, { min: 1, max: maxOrdersMax });
  if (!signer.ok) errors.signer = signer.problem;
  if (!amount.ok) errors.amount = amount.problem;
  if (perOrder?.ok === false) errors.amountPerOrder = perOrder.problem;
  if (form.template === "payment" && !recipients.ok) errors.recipients = recipients.problem;
  if (form.template === "payment" && limitToken === undefined) errors.token = "Choose a token.";
  if (form.template === "uniswapSwap" && route === undefined) errors.route = "No Uniswap pool is configured here.";
  if (period === undefined) errors.period = "Choose a period.";
  if (duration === undefined) errors.duration = "Choose an end at most 365 days away.";
  if (maxOrders === undefined)
    errors.maxOrders = `Enter a whole number from 1 to ${maxOrdersMax.toLocaleString("en")}.`;
  if (
    !signer.ok ||
    !amount.ok ||
    perOrder?.ok === false ||
    period === undefined ||
    duration === undefined ||
    maxOrders === undefined
  )
    return { ok: false, errors };
  const limits = { amount: amount.value, amountPerOrder: perOrder?.value, period, duration, maxOrders };
  const shared = { name: form.name.trim(), signer: signer.value, ...limits };
  if (form.template === "uniswapSwap")
    return route === undefined
      ? { ok: false, errors }
      : { ok: true, input: { ...shared, template: form.template, route } };
  if (!recipients.ok || limitToken === undefined) return { ok: false, errors };
  const payment = { template: form.template, token: limitToken, recipients: recipients.value };
  return { ok: true, input: { ...shared, ...payment } };
};
