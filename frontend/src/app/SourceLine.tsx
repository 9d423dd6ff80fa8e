import type { Sessions } from "../lib/sessions.ts";

/** Where what is on the page comes from. */
export const SourceLine = ({ sessions }: { sessions: Sessions }) => (
  <p className="mt-4 text-xs text-muted">
    Status and budgets read from the chain at block{" "}
    <span className="tabular-nums">{sessions.authority.block.number.toString()}</span>.{" "}
    {sessions.source === "chain"
      ? "List of keys from the chain’s own log of grants."
      : "The chain’s logs can’t be read: the list of keys comes from the relayer, which may leave keys out."}
  </p>
);
