import { useDeps } from "../lib/deps.tsx";
import { toDurationText, toPeriodText } from "../lib/format.ts";
import type { Budget } from "../lib/sessionView.ts";
import { toSymbol, toTokenAmountText } from "../lib/tokens.ts";
import { Meter } from "./Meter.tsx";

type BudgetMetersProps = { budgets: readonly Budget[]; now: number };

export const BudgetMeters = ({ budgets, now }: BudgetMetersProps) => {
  const { tokens } = useDeps();
  return (
    <div className="space-y-4">
      {budgets.map((budget, index) => (
        <Meter
          // Several limits may hold the same token and period.
          key={`${budget.token}-${budget.period}-${index}`}
          label={`Budget of ${toSymbol(tokens, budget.token)} ${toPeriodText(budget.period)}`}
          remaining={budget.remaining}
          amount={budget.amount}
          remainingText={toTokenAmountText(tokens, budget.token, budget.remaining)}
          amountText={`${toTokenAmountText(tokens, budget.token, budget.amount)} ${toPeriodText(budget.period)}`}
          {...(budget.resetsAt === undefined || budget.remaining === budget.amount
            ? {}
            : { note: `Full again in ${toDurationText(budget.resetsAt - now)}` })}
        />
      ))}
    </div>
  );
};
