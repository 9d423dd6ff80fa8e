import type { ReactNode } from "react";

export type Tone = "good" | "warn" | "bad" | "muted" | "brass";

const tones: Record<Tone, string> = {
  good: "bg-good-soft text-good",
  warn: "bg-warn-soft text-warn",
  bad: "bg-bad-soft text-bad",
  brass: "bg-brass-soft text-brass",
  muted: "bg-sunken text-muted",
};

export const Badge = ({ tone = "muted", children }: { tone?: Tone; children: ReactNode }) => (
  <span
    className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-xs font-medium whitespace-nowrap ${tones[tone]}`}
  >
    {children}
  </span>
);
