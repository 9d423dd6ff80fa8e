import type { Hex } from "viem";
import { useDeps } from "../lib/deps.tsx";
import { toShortHex } from "../lib/format.ts";
import type { TransactionState } from "../lib/transaction.ts";

const TransactionHash = ({ hash }: { hash: Hex }) => {
  const { explorerUrl } = useDeps().config;
  const text = <span className="font-mono text-[0.9em]">{toShortHex(hash)}</span>;
  if (explorerUrl === undefined) return text;
  return (
    <a href={`${explorerUrl}/tx/${hash}`} target="_blank" rel="noreferrer" className="underline">
      {text}
    </a>
  );
};

const steps = ["Sign", "Sent", "Confirmed"] as const;

/** How many of the three steps are done; the next one is under way. */
const toDoneCount = (state: TransactionState): number => {
  if (state.step === "confirmed") return 3;
  return state.step === "sent" ? 1 : 0;
};

const Message = ({ state, done }: { state: TransactionState; done: string }) => {
  switch (state.step) {
    case "idle":
      return null;
    case "checking":
      return "Checking that the chain will accept it…";
    case "signing":
      return "Confirm in your wallet.";
    case "sent":
      return (
        <>
          Sent as <TransactionHash hash={state.hash} />. Waiting for a block…
        </>
      );
    case "confirmed":
      return (
        <>
          {done} In block {state.blockNumber.toString()}.
        </>
      );
    case "failed":
      return state.reason;
  }
};

type TransactionStatusProps = { state: TransactionState; done: string };

/** Sign → sent → confirmed, or failed with the decoded reason. `done` is the sentence at the end. */
export const TransactionStatus = ({ state, done }: TransactionStatusProps) => {
  if (state.step === "idle") return <div role="status" />;
  const count = toDoneCount(state);
  const isFailed = state.step === "failed";
  return (
    <div
      role={isFailed ? "alert" : "status"}
      className={`rounded-xl border px-4 py-3 text-sm ${isFailed ? "border-bad/25 bg-bad-soft" : "border-line bg-sunken"}`}
    >
      {isFailed ? (
        <p className="font-medium text-bad">Failed</p>
      ) : (
        <ol aria-hidden="true" className="mb-1 flex items-center gap-2 text-xs font-medium">
          {steps.map((step, index) => (
            <li key={step} className={`flex items-center gap-2 ${index <= count ? "text-ink" : "text-muted"}`}>
              {index > 0 && <span className="h-px w-4 bg-strong sm:w-8" />}
              <span
                className={`size-2 rounded-full ${index < count ? "bg-good" : index === count ? "animate-pulse bg-brass" : "bg-line"}`}
              />
              {step}
            </li>
          ))}
        </ol>
      )}
      <p className="wrap-anywhere">
        <Message state={state} done={done} />
      </p>
      {isFailed && state.hash !== undefined && (
        <p className="mt-1 text-xs text-muted">
          Transaction <TransactionHash hash={state.hash} />
        </p>
      )}
    </div>
  );
};
