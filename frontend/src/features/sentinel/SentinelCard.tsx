import { useMutation } from "@tanstack/react-query";
import type { Hex } from "viem";
import { Button } from "../../components/Button.tsx";
import { Card } from "../../components/Card.tsx";
import { ErrorNotice, Skeleton } from "../../components/QueryView.tsx";
import { useDeps } from "../../lib/deps.tsx";
import { EvidenceList } from "./EvidenceList.tsx";
import { isHeld } from "./isHeld.ts";
import { createOwnerClient } from "./ownerClient.ts";

type SentinelCardProps = { sessionId: Hex; now: number };

/** What the relayer's sentinel thinks of a key. Not on chain, so only the owner is told, who signs to ask. */
export const SentinelCard = ({ sessionId, now }: SentinelCardProps) => {
  const deps = useDeps();
  const evidence = useMutation({
    mutationFn: async () => (await createOwnerClient(deps)).getEvidence(sessionId),
  });
  const release = useMutation({
    mutationFn: async () => (await createOwnerClient(deps)).release(sessionId),
    onSuccess: () => evidence.mutate(),
  });
  const isBusy = evidence.isPending || release.isPending;
  const failed = release.error ?? evidence.error;
  return (
    <Card title="Sentinel">
      <p className="mb-4 text-sm text-muted">
        The relayer compares what this key does with what it did before, and may hold what is unlike it. Best effort:
        the limits above hold without it.
      </p>
      {evidence.isPending && <Skeleton lines={2} />}
      {failed !== null && !isBusy && <ErrorNotice title="The relayer did not answer as hoped." error={failed} />}
      {evidence.data !== undefined &&
        (evidence.data.length === 0 ? (
          <p className="text-sm">It has seen nothing unusual.</p>
        ) : (
          <EvidenceList evidence={evidence.data} now={now} />
        ))}
      <div className="mt-4 flex flex-wrap gap-3">
        <Button variant="secondary" disabled={isBusy} onClick={() => evidence.mutate()}>
          {evidence.data === undefined ? "Sign to see what it saw" : "Look again"}
        </Button>
        {evidence.data !== undefined && isHeld(evidence.data) && (
          <Button variant="secondary" disabled={isBusy} onClick={() => release.mutate()}>
            Release this key
          </Button>
        )}
      </div>
    </Card>
  );
};
