import type { Session } from "@latchkey/sdk";
import { useDeps } from "../../lib/deps.tsx";
import { toDateTimeText } from "../../lib/format.ts";
import { toMaximumLoss } from "../../lib/maximumLoss.ts";
import { toTokenAmountText } from "../../lib/tokens.ts";

/** In plain words, before the owner signs: what a thief with the key could take. */
export const MaximumLoss = ({ session }: { session: Session }) => {
  const { tokens } = useDeps();
  const losses = toMaximumLoss(session);
  return (
    <section aria-labelledby="maximum-loss" className="rounded-xl border border-warn/25 bg-warn-soft p-4 text-sm">
      <h3 id="maximum-loss" className="font-semibold">
        The most you could lose
      </h3>
      {losses.length === 0 ? (
        <p className="mt-1">No token can leave the account through this key.</p>
      ) : (
        <ul className="mt-1 space-y-1">
          {losses.map(({ token, total, burst }) => (
            <li key={token}>
              <strong className="tabular-nums">{toTokenAmountText(tokens, token, total)}</strong> until{" "}
              {toDateTimeText(session.validUntil)}
              {burst < total && (
                <>
                  , of which up to <span className="tabular-nums">{toTokenAmountText(tokens, token, burst)}</span> at
                  once where one period ends and the next begins
                </>
              )}
              .
            </li>
          ))}
        </ul>
      )}
      <p className="mt-2 text-muted">
        That is the case where the key is stolen, or the bot does its worst, and nobody revokes it. It can never be more
        than the account holds.
      </p>
    </section>
  );
};
