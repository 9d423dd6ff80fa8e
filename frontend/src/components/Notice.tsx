import type { ReactNode } from "react";
import type { Tone } from "./Badge.tsx";

const tones: Record<Tone, string> = {
  good: "border-good/25 bg-good-soft",
  warn: "border-warn/25 bg-warn-soft",
  bad: "border-bad/25 bg-bad-soft",
  brass: "border-brass/25 bg-brass-soft",
  muted: "border-line bg-sunken",
};

type NoticeProps = { tone?: Tone; title?: string; children?: ReactNode; action?: ReactNode; role?: "alert" | "status" };

export const Notice = ({ tone = "muted", title, children, action, role }: NoticeProps) => (
  <div
    role={role}
    className={`flex flex-wrap items-center justify-between gap-x-6 gap-y-3 rounded-xl border px-4 py-3 text-sm ${tones[tone]}`}
  >
    <div className="min-w-0 flex-1 basis-56 wrap-anywhere">
      {title !== undefined && <p className="font-medium">{title}</p>}
      {children !== undefined && <div className={title === undefined ? "" : "mt-0.5 text-muted"}>{children}</div>}
    </div>
    {action}
  </div>
);
