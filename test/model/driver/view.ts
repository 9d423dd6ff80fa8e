import { decodeFunctionResult, encodeFunctionData, zeroAddress, type Address } from "viem";
import { packSession, toSessionStatus } from "@latchkey/sdk";
import { allowanceOf, balanceOf, native, toPermit2Token } from "../reference/ledger.ts";
import type { ModelState } from "../reference/state.ts";
import { viewAccount, viewSession } from "../reference/views.ts";
import type { Chain } from "./createChain.ts";
import type { Subjects } from "./toSubjects.ts";

/** Everything that is compared, by name. The model may leave several values open, the chain has one. */
export type View = Readonly<Record<string, readonly string[]>>;

type Answer = readonly [
  sessions: readonly {
    state: { status: number; nextNonce: number; nonceWindow: bigint; lastUsedAt: number };
    remaining: readonly bigint[];
    unapproved: readonly bigint[];
  }[],
  accounts: readonly { epoch: number; paused: boolean; controlNonce: number; guardian: Address; installed: boolean }[],
  balances: readonly bigint[],
  allowances: readonly bigint[],
];

/** What the model says. */
export function viewModel(state: ModelState, subjects: Subjects): View {
  const { plans, accounts, tokens, holders, spenders } = subjects;
  const { ledger } = state;
  return toView(subjects, [
    plans.map((plan) => {
      const view = viewSession(state, plan);
      return { ...view, state: { ...view, statuses: view.statuses } };
    }),
    accounts.map((account) => {
      const record = viewAccount(state, account);
      return { ...record, guardian: record.guardian ?? zeroAddress };
    }),
    holders.flatMap((holder) => [native, ...tokens].map((token) => balanceOf(ledger, token, holder))),
    accounts.flatMap((owner) =>
      spenders.flatMap((spender) =>
        tokens.flatMap((token) => [
          allowanceOf(ledger, token, owner, spender),
          allowanceOf(ledger, toPermit2Token(token), owner, spender),
        ]),
      ),
    ),
  ]);
}

/** What the chain says. */
export async function viewChain(chain: Chain, subjects: Subjects): Promise<View> {
  const { plans, accounts, tokens, holders, spenders } = subjects;
  const { abi, address } = chain.reader;
  const question = {
    manager: chain.setting.manager,
    sessions: plans.map(({ session }) => packSession(session)),
    accounts,
    tokens,
    holders,
    spenders,
  };
  const data = await chain.rpc.call({
    to: address,
    data: encodeFunctionData({ abi, functionName: "read", args: [question] }),
  });
  // The reader's ABI is read at run time; `Answer` is its outputs.
  const answer: unknown = decodeFunctionResult({ abi, functionName: "read", data });
  const [sessions, ...rest] = answer as Answer;
  return toView(subjects, [
    sessions.map((view) => ({ ...view, state: { ...view.state, statuses: [toSessionStatus(view.state.status)] } })),
    ...rest,
  ]);
}

type Answered = readonly [
  sessions: readonly (Omit<Answer[0][number], "state"> & {
    state: Omit<Answer[0][number]["state"], "status"> & { statuses: readonly string[] };
  })[],
  accounts: Answer[1],
  balances: Answer[2],
  allowances: Answer[3],
];

function toView(subjects: Subjects, answered: Answered): View {
  const [sessions, accounts, balances, allowances] = answered;
  const sessionNames = subjects.plans.map(({ id }) => `session ${id}`);
  const tokenNames = ["native", ...subjects.tokens];
  const entries: [string, unknown][] = [
    ...sessions.flatMap(({ state, remaining, unapproved }, index): [string, unknown][] => [
      [`${sessionNames[index]} status`, state.statuses],
      [`${sessionNames[index]} nonces`, `${state.nextNonce} ${state.nonceWindow.toString(2)}`],
      [`${sessionNames[index]} last used`, state.lastUsedAt],
      [`${sessionNames[index]} remaining`, remaining.join(" ")],
      [`${sessionNames[index]} unapproved`, unapproved.join(" ")],
    ]),
    ...accounts.map(({ epoch, paused, controlNonce, guardian, installed }, index): [string, unknown] => [
      `account ${subjects.accounts[index]}`,
      `epoch ${epoch}, paused ${paused}, nonce ${controlNonce}, guardian ${guardian.toLowerCase()}, installed ${installed}`,
    ]),
    ...subjects.holders.flatMap((holder, index) =>
      tokenNames.map((token, at): [string, unknown] => [
        `${token} of ${holder}`,
        balances[index * tokenNames.length + at],
      ]),
    ),
    ["allowances", allowances.join(" ")],
  ];
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : [String(value)]]),
  );
}
