import type { Exposure, TokenExposure } from "@latchkey/sdk";
import { maxUint256 } from "viem";
import type { Token } from "../../lib/config.ts";
import { toDateTimeText } from "../../lib/format.ts";
import { toSymbol, toTokenAmountText } from "../../lib/tokens.ts";

type MaximumLossProps = {
  exposure: Exposure;
  /** When the key ends; seconds since the Unix epoch. */
  validUntil: number;
  tokens: readonly Token[];
};

const TokenLoss = ({ loss, validUntil, tokens }: Omit<MaximumLossProps, "exposure"> & { loss: TokenExposure }) => {
  const { token, aroundReset, untilEnd } = loss;
  if (untilEnd === maxUint256)
    return (
      <li>
        <strong>All {toSymbol(tokens, token)}</strong> that the key buys or is given to sell, until{" "}
        {toDateTimeText(validUntil)}.
      </li>
    );
  return (
    <li>
      <strong className="tabular-nums">{toTokenAmountText(tokens, token, untilEnd)}</strong> until{" "}
      {toDateTimeText(validUntil)}
      {aroundReset < untilEnd && (
        <>
          , of which up to <span className="tabular-nums">{toTokenAmountText(tokens, token, aroundReset)}</span> at once
          where one period ends and the next begins
        </>
      )}
      .
    </li>
  );
};

/** In plain words, before the owner signs: what a thief with the key could take. */
export const MaximumLoss = ({ exposure, validUntil, tokens }: MaximumLossProps) => (
  <section aria-labelledby="maximum-loss" className="rounded-xl border border-warn/25 bg-warn-soft p-4 text-sm">
    <h3 id="maximum-loss" className="font-semibold">
      The most you could lose
    </h3>
    {exposure.tokens.length === 0 && exposure.unbounded.length === 0 ? (
      <p className="mt-1">No token can leave the account through this key.</p>
    ) : (
      <ul className="mt-1 space-y-1">
        {exposure.tokens.map((loss) => (
          <TokenLoss key={loss.token} loss={loss} validUntil={validUntil} tokens={tokens} />
        ))}
        {exposure.unbounded.length > 0 && (
          <li>
            <strong>Not bounded</strong>: Latchkey does not know what {exposure.unbounded.length} of the functions
            listed above can do to what is not limited.
          </li>
        )}
      </ul>
    )}
    <p className="mt-2 text-muted">
      That is the case where the key is stolen, or the bot does its worst, and nobody revokes it. It can never be more
      than the account holds.
    </p>
  </section>
);
