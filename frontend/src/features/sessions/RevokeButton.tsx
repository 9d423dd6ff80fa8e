import { useState } from "react";
import { Button } from "../../components/Button.tsx";
import type { Account } from "../../lib/accountQueries.ts";
import { useDeps } from "../../lib/deps.tsx";
import { toSessionName } from "../../lib/sessionName.ts";
import type { SessionRecord } from "../../lib/sessionQueries.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { toRevokeRequest } from "./sessionCalls.ts";

export const RevokeButton = ({ account, record }: { account: Account; record: SessionRecord }) => {
  const deps = useDeps();
  const [isOpen, setOpen] = useState(false);
  const name = toSessionName(deps, record);
  return (
    <>
      <Button variant="danger" aria-label={`Revoke ${name}`} onClick={() => setOpen(true)}>
        Revoke
      </Button>
      <ConfirmDialog
        title="Revoke this key?"
        action="Revoke for ever"
        done="The key is dead."
        tone="danger"
        request={toRevokeRequest(deps.config, account, record.session)}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
      >
        <p>
          <strong className="text-ink">{name}</strong> stops working with the block that carries your transaction, for
          ever. Other keys are not touched. To let the bot trade again you grant a new key.
        </p>
      </ConfirmDialog>
    </>
  );
};
