import type { Config } from "../config.ts";
import { createBoundedMap } from "../createBoundedMap.ts";
import type { Db } from "../db/chainRows.ts";
import { addGas, deleteGasBefore, toDay, type GasSum } from "../db/gasRows.ts";
import { ProblemError } from "../problem.ts";

export type GasBudget = ReturnType<typeof createGasBudget>;

/** Under which the gas of all accounts together is counted; no address is empty. */
const everyone = "";
const accountsRemembered = 10_000;
/** Days that are kept for who wants to look. */
const daysKept = 7;

/**
 * Gas that the orders of one account, and of all of them, may cost the operator in a day (UTC). An order counts with the
 * gas it could use when it is stored, and for good: whether it runs, fails or expires, so failing is no way round.
 */
export function createGasBudget({
  chainId,
  gasPerAccountAndDay,
  gasPerDay,
}: Pick<Config, "chainId" | "gasPerAccountAndDay" | "gasPerDay">) {
  /** What an account has left at most, as far as it is known; it only falls during a day. */
  const left = createBoundedMap<string, { day: number; gas: number }>(accountsRemembered);
  let cleanedDay = 0;

  const toMax = (account: string): number => (account === everyone ? (gasPerDay ?? Infinity) : gasPerAccountAndDay);

  /** Sums by account, in the order in which they must be locked. */
  function toSums(charges: readonly GasSum[]): GasSum[] {
    const sums = new Map<string, number>();
    const add = (account: string, gas: number): unknown => sums.set(account, (sums.get(account) ?? 0) + gas);
    for (const { account, gas } of charges) {
      add(account, gas);
      if (gasPerDay !== undefined) add(everyone, gas);
    }
    return [...sums].map(([account, gas]) => ({ account, gas })).toSorted((a, b) => (a.account < b.account ? -1 : 1));
  }

  return {
    /** Throws `gas-budget-exceeded` if the account is known to have not so much left; without asking the database. */
    check(account: string, gas: number): void {
      const day = toDay(Date.now());
      for (const name of [account, everyone]) {
        const known = left.get(name);
        const max = known?.day === day ? known.gas : toMax(name);
        if (gas > max) throw toProblem(name, gas, toMax(name));
      }
    },

    /**
     * Takes the gas of orders in the transaction that stores them, in turn; returns the problem of those for which there
     * is not enough, which take nothing.
     */
    async take(tx: Db, charges: readonly GasSum[]): Promise<(ProblemError | undefined)[]> {
      if (charges.length === 0) return [];
      const day = toDay(Date.now());
      const wanted = toSums(charges);
      const after = await addGas(tx, chainId, day, wanted);
      const free = new Map(
        after.map(({ account, gas }) => {
          const before = gas - (wanted.find((sum) => sum.account === account)?.gas ?? 0);
          return [account, toMax(account) - before];
        }),
      );
      const problems = charges.map(({ account, gas }) => {
        const names = gasPerDay === undefined ? [account] : [account, everyone];
        const short = names.find((name) => gas > (free.get(name) ?? 0));
        if (short !== undefined) return toProblem(short, gas, toMax(short));
        for (const name of names) free.set(name, (free.get(name) ?? 0) - gas);
        return undefined;
      });
      const refused = charges.filter((_, index) => problems[index] !== undefined);
      await addGas(
        tx,
        chainId,
        day,
        toSums(refused).map(({ account, gas }) => ({ account, gas: -gas })),
      );
      for (const [account, gas] of free) left.set(account, { day, gas });
      if (cleanedDay !== day) await deleteGasBefore(tx, chainId, day - daysKept);
      cleanedDay = day;
      return problems;
    },
  };
}

function toProblem(account: string, gas: number, gasMax: number): ProblemError {
  const whose = account === everyone ? "all accounts together" : `the account ${account}`;
  const sentence = `The order may use ${gas} gas, which is more than is left today of the ${gasMax} gas that this relayer spends a day for ${whose}.`;
  return new ProblemError("gas-budget-exceeded", sentence, {
    rule: { name: "GasBudgetExceeded", args: [account === everyone ? null : account, gas, gasMax], sentence },
    retryAfterSeconds: Math.ceil((86_400_000 - (Date.now() % 86_400_000)) / 1000),
  });
}
