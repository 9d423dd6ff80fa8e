import { type ReactNode, useEffect, useId, useRef } from "react";

type DialogProps = { title: string; isOpen: boolean; onClose: () => void; children: ReactNode };

/** A native modal dialog: the browser keeps focus inside, closes on Escape or a press beside it, and gives focus back. */
export const Dialog = ({ title, isOpen, onClose, children }: DialogProps) => {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (dialog === null || !isOpen) return undefined;
    dialog.showModal();
    return () => dialog.close();
  }, [isOpen]);
  return (
    <dialog
      ref={ref}
      aria-labelledby={id}
      // Strict mode closes and opens again; the event of the first then finds the dialog open.
      onClose={(event) => isOpen && !event.currentTarget.open && onClose()}
      closedby="any"
      className="m-auto w-[calc(100%-2rem)] max-w-md rounded-2xl border border-line bg-surface p-0 text-ink shadow-2xl"
    >
      {isOpen && (
        <div className="p-5 sm:p-6">
          <div className="mb-4 flex items-start justify-between gap-4">
            <h2 id={id} className="text-lg font-semibold">
              {title}
            </h2>
            <button
              type="button"
              aria-label="Close"
              onClick={onClose}
              className="-mt-1 -mr-2 grid size-9 shrink-0 place-items-center rounded-lg text-muted hover:bg-sunken hover:text-ink"
            >
              <svg aria-hidden="true" viewBox="0 0 16 16" className="size-4" fill="none" stroke="currentColor">
                <path d="m3.5 3.5 9 9m0-9-9 9" strokeWidth="1.5" strokeLinecap="round" />
              </svg>
            </button>
          </div>
          {children}
        </div>
      )}
    </dialog>
  );
};
