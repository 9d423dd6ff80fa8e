import { Button } from "../../components/Button.tsx";
import { useDeps } from "../../lib/deps.tsx";
import { toSessionName } from "../../lib/sessionName.ts";
import type { SessionRecord } from "../../lib/sessionQueries.ts";

export const RevokeButton = ({ record, onClick }: { record: SessionRecord; onClick: () => void }) => {
  const name = toSessionName(useDeps(), record);
  return (
    <Button variant="danger" aria-label={`Revoke ${name}`} onClick={onClick}>
      Revoke
    </Button>
  );
};
