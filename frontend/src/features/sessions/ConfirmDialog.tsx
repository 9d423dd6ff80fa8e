import type { ReactNode } from "react";
import { Button } from "../../components/Button.tsx";
import { Dialog } from "../../components/Dialog.tsx";
import { TransactionStatus } from "../../components/TransactionStatus.tsx";
import { type TransactionRequest, useTransaction } from "../../lib/transaction.ts";

type ConfirmDialogProps = {
  title: string;
  action: string;
  done: string;
  tone: "danger" | "primary";
  request: TransactionRequest;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
};

/** Asks once more, then sends. */
export const ConfirmDialog = ({
  title,
  action,
  done,
  tone,
  request,
  isOpen,
  onClose,
  children,
}: ConfirmDialogProps) => {
  const { state, isBusy, run, reset } = useTransaction();
  const isDone = state.step === "confirmed";
  const close = () => {
    onClose();
    if (!isBusy) reset();
  };
  return (
    <Dialog title={title} isOpen={isOpen} onClose={close}>
      <div className="space-y-4 text-sm">
        <div className="space-y-2 text-muted">{children}</div>
        <TransactionStatus state={state} done={done} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button variant="secondary" onClick={close}>
            {isDone ? "Close" : "Cancel"}
          </Button>
          {!isDone && (
            <Button variant={tone} disabled={isBusy} onClick={() => void run(request)}>
              {action}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
};
