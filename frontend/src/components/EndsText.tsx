import type { Session } from "@latchkey/sdk";
import { toDateTimeText, toDurationText } from "../lib/format.ts";
import { toEndWarning } from "../lib/sessionView.ts";

type EndsTextProps = { session: Pick<Session, "validAfter" | "validUntil">; now: number };

/** When a key ends, loud when it is soon. */
export const EndsText = ({ session, now }: EndsTextProps) => {
  const left = session.validUntil - now;
  const when = toDateTimeText(session.validUntil);
  if (left <= 0) return <span title={when}>Ended {toDurationText(-left)} ago</span>;
  const isSoon = toEndWarning(session, now) !== undefined;
  return (
    <span title={when} className={isSoon ? "font-medium text-warn" : ""}>
      {isSoon ? "Ends soon: in " : "Ends in "}
      {toDurationText(left)}
    </span>
  );
};
