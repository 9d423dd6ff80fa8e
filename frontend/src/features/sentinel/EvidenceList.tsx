import { describeEvidence, type Evidence } from "@latchkey/sdk";
import { Badge, type Tone } from "../../components/Badge.tsx";
import { toAgoText, toDateTimeText } from "../../lib/format.ts";

const labels: Record<Evidence["action"], readonly [string, Tone]> = {
  note: ["Noted", "muted"],
  hold: ["Held", "warn"],
  suspend: ["Suspended", "bad"],
  revoke: ["Revoked", "bad"],
  "report-misuse": ["Misuse proven", "bad"],
  release: ["Released", "good"],
};

export const EvidenceList = ({ evidence, now }: { evidence: readonly Evidence[]; now: number }) => (
  <ul aria-label="What the sentinel did" className="divide-y divide-line">
    {evidence.map((entry) => {
      const [label, tone] = labels[entry.action];
      return (
        <li key={entry.id} className="grid gap-x-6 gap-y-1 py-3 text-sm sm:grid-cols-[9rem_1fr_auto] sm:items-baseline">
          <span>
            <Badge tone={tone}>{label}</Badge>
          </span>
          <p className="min-w-0 wrap-anywhere">{describeEvidence(entry)}</p>
          <span className="text-xs whitespace-nowrap text-muted tabular-nums" title={toDateTimeText(entry.at)}>
            {toAgoText(entry.at, now)}
          </span>
        </li>
      );
    })}
  </ul>
);
