import type { SessionStatus } from "@latchkey/sdk";
import { toStatusWords } from "../lib/sessionStatus.ts";
import { Badge } from "./Badge.tsx";

export const StatusBadge = ({ status }: { status: SessionStatus }) => {
  const { label, tone, meaning } = toStatusWords(status);
  return (
    <Badge tone={tone}>
      <span title={meaning}>{label}</span>
    </Badge>
  );
};
