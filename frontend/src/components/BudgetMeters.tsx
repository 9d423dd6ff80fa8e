import { useDeps } from "../lib/deps.tsx";
import { toDurationText, toPeriodText } from "../lib/format.ts";
import type { Budget } from "../lib/sessionView.ts";
import { toSymbol, toTokenAmountText } from "../lib/tokens.ts";
import { Meter } from "./Meter.tsx";

type BudgetMetersProps = { budgets: readonly Budget[]; now: number };

const toLabel = ({ kind, period }: Budget, symbol: string): string => {
  if (kind === "inventory") return `${symbol} it has bought and may sell`;
  return `${kind === "net" ? "Loss limit" : "Budget"} of ${symbol} ${toPeriodText(period)}`;
};

export const BudgetMeters = ({ budgets, now }: BudgetMetersProps) => {
  const { tokens } = useDeps();
  return (
    <div className="space-y-4">
      {budgets.map((budget, index) => (
        <Meter
          // Several limits may hold the same token and period.
          key={`${budget.token}-${budget.period}-${index}`}
          label={toLabel(budget, toSymbol(tokens, budget.token))}
          remaining={budget.remaining}
          // Of an inventory all that is held is left, however much it once began with.
          amount={budget.kind === "inventory" ? budget.remaining : budget.amount}
          remainingText={toTokenAmountText(tokens, budget.token, budget.remaining)}
          amountText={
            budget.kind === "inventory"
              ? "held"
              : `${toTokenAmountText(tokens, budget.token, budget.amount)} ${toPeriodText(budget.period)}`
          }
          {...(budget.resetsAt === undefined || budget.remaining === budget.amount
            ? {}
            : { note: `Full again in ${toDurationText(budget.resetsAt - now)}` })}
        />
      ))}
    </div>
  );
};
