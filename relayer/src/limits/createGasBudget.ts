import type { Config } from "../config.ts";
import { createBoundedMap } from "../createBoundedMap.ts";
import type { Statement } from "../db/createPipeline.ts";
import { addGas, toDay, type GasSum } from "../db/gasRows.ts";
import { ProblemError } from "../problem.ts";

export type GasBudget = ReturnType<typeof createGasBudget>;
export type GasCharge = ReturnType<GasBudget["charge"]>;

/** Under which the gas of all accounts together is counted; no address is empty. */
const everyone = "";
const accountsRemembered = 10_000;

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
     * The charge for orders that are about to be stored, in the transaction that stores them: `add` counts all of them and
     * locks the sums, `take` decides on each in turn, and `giveBack` uncounts those that were not taken.
     */
    charge(charges: readonly GasSum[]) {
      const day = toDay(Date.now());
      const added = toSums(charges);
      const taken: GasSum[] = [];
      const free = new Map<string, number>();
      const toNames = (account: string): string[] => (gasPerDay === undefined ? [account] : [account, everyone]);
      return {
        add: addGas(chainId, day, added),

        /** Learns from the rows of `add` what is free. */
        open(after: readonly GasSum[]): void {
          const before = new Map(after.map(({ account, gas }) => [account, gas]));
          for (const { account, gas } of added) free.set(account, toMax(account) - (before.get(account) ?? 0) + gas);
        },

        /** The problem of an order for which there is not enough; then it takes nothing. */
        take({ account, gas }: GasSum): ProblemError | undefined {
          const names = toNames(account);
          const short = names.find((name) => gas > (free.get(name) ?? 0));
          if (short !== undefined) return toProblem(short, gas, toMax(short));
          for (const name of names) free.set(name, (free.get(name) ?? 0) - gas);
          taken.push({ account, gas });
          return undefined;
        },

        /** Of one that was taken and is not stored after all. */
        drop({ account, gas }: GasSum): void {
          for (const name of toNames(account)) free.set(name, (free.get(name) ?? 0) + gas);
          taken.push({ account, gas: -gas });
        },

        /** Nothing if all were taken. */
        giveBack(): Statement<GasSum> | undefined {
          for (const [account, gas] of free) left.set(account, { day, gas });
          const kept = new Map(toSums(taken).map(({ account, gas }) => [account, gas]));
          const rest = added.map(({ account, gas }) => ({ account, gas: (kept.get(account) ?? 0) - gas }));
          const refused = rest.filter(({ gas }) => gas !== 0);
          return refused.length === 0 ? undefined : addGas(chainId, day, refused);
        },
      };
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
