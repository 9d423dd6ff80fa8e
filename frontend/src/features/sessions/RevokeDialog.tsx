import type { Account } from "../../lib/accountQueries.ts";
import { useDeps } from "../../lib/deps.tsx";
import { toSessionName } from "../../lib/sessionName.ts";
import type { SessionRecord } from "../../lib/sessionQueries.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { toRevokeRequest } from "./sessionCalls.ts";

type RevokeDialogProps = { account: Account; record: SessionRecord; isOpen: boolean; onClose: () => void };

/** Lives outside what it ends, so that its last word is seen. */
export const RevokeDialog = ({ account, record, isOpen, onClose }: RevokeDialogProps) => {
  const deps = useDeps();
  return (
    <ConfirmDialog
      title="Revoke this key?"
      action="Revoke for ever"
      done="The key is dead."
      tone="danger"
      request={toRevokeRequest(deps.config, account, record.session)}
      isOpen={isOpen}
      onClose={onClose}
    >
      <p>
        <strong className="text-ink">{toSessionName(deps, record)}</strong> stops working with the block that carries
        your transaction, for ever. Other keys are not touched. To let the bot trade again you grant a new key.
      </p>
    </ConfirmDialog>
  );
};
