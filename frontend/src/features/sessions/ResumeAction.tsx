import { useState } from "react";
import { Button } from "../../components/Button.tsx";
import type { Account } from "../../lib/accountQueries.ts";
import { useDeps } from "../../lib/deps.tsx";
import { toSessionName } from "../../lib/sessionName.ts";
import type { SessionRecord } from "../../lib/sessionQueries.ts";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { toResumeRequest } from "./sessionCalls.ts";

type ResumeActionProps = { account: Account; record: SessionRecord; canResume: boolean };

/** Only the owner lets a key work again that its sentinel has stopped. */
export const ResumeAction = ({ account, record, canResume }: ResumeActionProps) => {
  const deps = useDeps();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {canResume && (
        <Button variant="secondary" onClick={() => setOpen(true)}>
          Resume
        </Button>
      )}
      <ConfirmDialog
        title="Let this key work again?"
        action="Resume"
        done="The key works again."
        tone="primary"
        request={toResumeRequest(deps.config, account, record.session)}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
      >
        <p>
          The sentinel of <strong className="text-ink">{toSessionName(deps, record)}</strong> stopped it. Find out why
          before you resume it: its budgets and end date stay as they are.
        </p>
      </ConfirmDialog>
    </>
  );
};
