import type { ReactNode } from "react";
import { SelectField, TextAreaField, TextField } from "../../components/Field.tsx";
import { useDeps } from "../../lib/deps.tsx";
import { type GrantErrors, type GrantForm, toLimitToken, toRoutes } from "./grantForm.ts";
import { TemplateChoice } from "./TemplateChoice.tsx";

const periods = [
  { value: "3600", label: "per hour" },
  { value: "86400", label: "per day" },
  { value: "604800", label: "per week" },
  { value: "0", label: "in all, until it ends" },
];

const durations = [
  { value: String(3_600), label: "in 1 hour" },
  { value: String(86_400), label: "in 1 day" },
  { value: String(7 * 86_400), label: "in 7 days" },
  { value: String(30 * 86_400), label: "in 30 days" },
  { value: String(90 * 86_400), label: "in 90 days" },
  { value: String(365 * 86_400), label: "in 365 days, the longest there is" },
];

const Step = ({ number, title, children }: { number: number; title: string; children: ReactNode }) => (
  <section className="grid gap-x-8 gap-y-4 border-t border-line py-7 first:border-t-0 first:pt-0 md:grid-cols-[11rem_1fr]">
    <h2 className="flex items-baseline gap-2.5 text-base font-semibold">
      <span aria-hidden="true" className="text-sm text-brass tabular-nums">
        {number}
      </span>
      {title}
    </h2>
    <div className="min-w-0 space-y-5">{children}</div>
  </section>
);

type GrantFieldsProps = {
  form: GrantForm;
  errors: GrantErrors;
  onChange: (change: Partial<GrantForm>) => void;
};

const ScopeFields = ({ form, errors, onChange }: GrantFieldsProps) => {
  const deps = useDeps();
  if (form.template === "uniswapSwap")
    return (
      <SelectField
        label="Pool and direction"
        hint="The bot can only sell the first token for the second, in this pool."
        value={form.route}
        error={errors.route}
        onChange={(event) => onChange({ route: event.target.value })}
        options={toRoutes(deps).map(({ tokenIn, tokenOut, fee }, index) => ({
          value: String(index),
          label: `${tokenIn.symbol} → ${tokenOut.symbol}, fee ${fee / 10_000} %`,
        }))}
      />
    );
  return (
    <>
      <SelectField
        label="Token"
        value={form.token}
        error={errors.token}
        onChange={(event) => onChange({ token: event.target.value })}
        options={deps.tokens.map(({ address, symbol }) => ({ value: address, label: symbol }))}
      />
      <TextAreaField
        label="Recipients"
        hint="One address a line, 16 at most. The bot can pay nobody else."
        rows={3}
        className="font-mono"
        placeholder="0x…"
        value={form.recipients}
        error={errors.recipients}
        onChange={(event) => onChange({ recipients: event.target.value })}
      />
    </>
  );
};

const LimitFields = ({ form, errors, onChange }: GrantFieldsProps) => {
  const symbol = toLimitToken(form, useDeps())?.symbol;
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <TextField
        label="The bot may spend at most"
        inputMode="decimal"
        placeholder="100"
        value={form.amount}
        error={errors.amount}
        {...(symbol === undefined ? {} : { suffix: symbol })}
        onChange={(event) => onChange({ amount: event.target.value })}
      />
      <SelectField
        label="How often"
        value={form.period}
        error={errors.period}
        options={periods}
        onChange={(event) => onChange({ period: event.target.value })}
      />
      <TextField
        label="One order at most (optional)"
        inputMode="decimal"
        placeholder="No bound of its own"
        value={form.amountPerOrder}
        error={errors.amountPerOrder}
        {...(symbol === undefined ? {} : { suffix: symbol })}
        onChange={(event) => onChange({ amountPerOrder: event.target.value })}
      />
      <SelectField
        label="The key ends"
        value={form.duration}
        error={errors.duration}
        options={durations}
        onChange={(event) => onChange({ duration: event.target.value })}
      />
      <TextField
        label="Orders in all"
        inputMode="numeric"
        value={form.maxOrders}
        error={errors.maxOrders}
        onChange={(event) => onChange({ maxOrders: event.target.value })}
      />
    </div>
  );
};

export const GrantFields = (props: GrantFieldsProps) => {
  const { form, errors, onChange } = props;
  const { config } = useDeps();
  return (
    <>
      <Step number={1} title="Template">
        <TemplateChoice
          value={form.template}
          offered={config.uniswap === undefined ? ["payment"] : ["uniswapSwap", "payment"]}
          onChange={(template) => onChange({ template })}
        />
      </Step>
      <Step number={2} title="Bot’s key">
        <TextField
          label="Address of the bot’s key"
          hint="The bot makes its own key and shows you its address. Its private key never belongs here."
          placeholder="0x…"
          className="font-mono"
          value={form.signer}
          error={errors.signer}
          onChange={(event) => onChange({ signer: event.target.value })}
        />
        <TextField
          label="Name (optional)"
          hint="Remembered in this browser only."
          placeholder="Dollar-cost bot"
          maxLength={60}
          value={form.name}
          error={errors.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      </Step>
      <Step number={3} title="Scope">
        <ScopeFields {...props} />
      </Step>
      <Step number={4} title="Limits">
        <LimitFields {...props} />
      </Step>
    </>
  );
};
