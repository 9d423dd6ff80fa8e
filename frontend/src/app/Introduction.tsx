import type { ReactNode } from "react";

const steps = [
  {
    title: "Grant",
    text: "The bot makes a key. You say which contract it may call, with which arguments, how much it may spend, and when it ends.",
  },
  {
    title: "Trade",
    text: "The bot signs orders with its key. A contract checks every one of them against your grant before anything moves.",
  },
  {
    title: "Revoke",
    text: "One press ends a key for ever. Keys end on their own too: on their date, or with their budget.",
  },
] as const;

const promises = [
  ["The chain enforces it", "Limits are checked by a contract on every use, not by a server that means well."],
  ["No keys that last for ever", "Every key has an end date, a budget and a number of orders."],
  ["The worst case in numbers", "You see what a stolen key could cost before you sign for it."],
  ["Your wallet stays out of it", "The bot works from an account you fill, and empty, as you like."],
] as const;

/** What Latchkey is, for someone who has not connected yet. */
export const Introduction = ({ action }: { action: ReactNode }) => (
  <div className="space-y-14 pt-4 sm:pt-10">
    <div className="max-w-3xl">
      <h1 className="text-4xl leading-[1.08] font-semibold tracking-[-0.03em] sm:text-6xl">
        API keys for your wallet, enforced by the chain.
      </h1>
      <p className="mt-5 max-w-2xl text-base text-muted sm:text-lg">
        Let a bot trade without giving it your wallet. It gets a key that opens one door and nothing else, and that you
        can take back at any moment.
      </p>
      <div className="mt-8 flex flex-wrap gap-3">{action}</div>
    </div>
    <ol className="grid gap-x-10 gap-y-8 border-t border-line pt-10 sm:grid-cols-3">
      {steps.map(({ title, text }, index) => (
        <li key={title}>
          <span aria-hidden="true" className="text-sm font-semibold text-brass tabular-nums">
            {index + 1}
          </span>
          <h2 className="mt-1 text-lg font-semibold">{title}</h2>
          <p className="mt-1.5 text-sm text-muted">{text}</p>
        </li>
      ))}
    </ol>
    <dl className="grid gap-x-10 gap-y-6 rounded-2xl bg-sunken p-6 sm:grid-cols-2 sm:p-8">
      {promises.map(([term, text]) => (
        <div key={term}>
          <dt className="text-sm font-semibold">{term}</dt>
          <dd className="mt-1 text-sm text-muted">{text}</dd>
        </div>
      ))}
    </dl>
  </div>
);
