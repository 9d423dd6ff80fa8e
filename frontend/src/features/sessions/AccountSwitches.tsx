import { useState } from "react";
import { Button } from "../../components/Button.tsx";
import type { Account } from "../../lib/accountQueries.ts";
import { useDeps } from "../../lib/deps.tsx";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { toPauseRequest, toRevokeAllRequest, toUnpauseRequest } from "./sessionCalls.ts";

type Switch = "pause" | "unpause" | "revokeAll";
type AccountSwitchesProps = { account: Account; isPaused: boolean; aliveCount: number };

/** What stops every key of the account with one signature. */
export const AccountSwitches = ({ account, isPaused, aliveCount }: AccountSwitchesProps) => {
  const { config } = useDeps();
  const [open, setOpen] = useState<Switch>();
  const close = () => setOpen(undefined);
  return (
    <>
      {isPaused && (
        <Button variant="secondary" onClick={() => setOpen("unpause")}>
          Unpause
        </Button>
      )}
      {!isPaused && aliveCount > 0 && (
        <Button variant="secondary" onClick={() => setOpen("pause")}>
          Pause all
        </Button>
      )}
      {aliveCount > 1 && (
        <Button variant="danger" onClick={() => setOpen("revokeAll")}>
          Revoke all
        </Button>
      )}
      <ConfirmDialog
        title="Pause all keys?"
        action="Pause all"
        done="All keys are paused."
        tone="primary"
        request={toPauseRequest(config, account)}
        isOpen={open === "pause"}
        onClose={close}
      >
        <p>No key of this account can do anything until you unpause. Their budgets and end dates stay as they are.</p>
      </ConfirmDialog>
      <ConfirmDialog
        title="Let the keys work again?"
        action="Unpause"
        done="The keys work again."
        tone="primary"
        request={toUnpauseRequest(config, account)}
        isOpen={open === "unpause"}
        onClose={close}
      >
        <p>Every key that is neither revoked nor ended can be used again at once.</p>
      </ConfirmDialog>
      <ConfirmDialog
        title="Revoke all keys?"
        action="Revoke all for ever"
        done="All keys are dead."
        tone="danger"
        request={toRevokeAllRequest(config, account)}
        isOpen={open === "revokeAll"}
        onClose={close}
      >
        <p>
          Every key of this account, {aliveCount} in force now, dies for ever, with one transaction. Nothing is
          withdrawn.
        </p>
      </ConfirmDialog>
    </>
  );
};
