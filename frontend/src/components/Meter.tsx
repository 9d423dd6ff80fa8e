type MeterProps = {
  label: string;
  remaining: bigint;
  amount: bigint;
  remainingText: string;
  amountText: string;
  note?: string;
};

const toPercent = (part: bigint, whole: bigint): number => (whole === 0n ? 0 : Number((part * 1000n) / whole) / 10);

/** What is left of a budget: the remainder first and large, the limit after it. */
export const Meter = ({ label, remaining, amount, remainingText, amountText, note }: MeterProps) => {
  const percent = toPercent(remaining, amount);
  const color = percent > 25 ? "bg-meter" : percent > 0 ? "bg-warn" : "bg-strong";
  return (
    <div className="min-w-0">
      <div className="flex flex-wrap items-baseline gap-x-1.5 text-sm">
        <span className="font-semibold tabular-nums">{remainingText}</span>
        <span className="text-muted">left of {amountText}</span>
      </div>
      <div
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        aria-valuetext={`${remainingText} left of ${amountText}`}
        className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-sunken ring-1 ring-line ring-inset"
      >
        <div
          className={`h-full rounded-full transition-[width] duration-500 ${color}`}
          style={{ width: `${percent}%` }}
        />
      </div>
      {note !== undefined && <p className="mt-1.5 text-xs text-muted">{note}</p>}
    </div>
  );
};
