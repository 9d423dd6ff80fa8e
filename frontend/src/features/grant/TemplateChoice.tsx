import type { Template } from "./grantForm.ts";

const texts: Record<Template, { title: string; text: string }> = {
  uniswapSwap: {
    title: "Swap on Uniswap",
    text: "The bot swaps one token for another. What it buys goes to your account and nowhere else.",
  },
  payment: {
    title: "Pay known recipients",
    text: "The bot sends one token to addresses that you list, and to no other.",
  },
};

type TemplateChoiceProps = { value: Template; offered: readonly Template[]; onChange: (template: Template) => void };

export const TemplateChoice = ({ value, offered, onChange }: TemplateChoiceProps) => (
  <fieldset>
    <legend className="sr-only">Template</legend>
    <div className="grid gap-3 sm:grid-cols-2">
      {offered.map((template) => (
        <label
          key={template}
          className="grid grid-cols-[auto_1fr] content-start gap-x-3 rounded-xl border border-line p-4 hover:border-strong has-checked:border-brass has-checked:bg-brass-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-brass"
        >
          <input
            type="radio"
            name="template"
            className="mt-0.5 size-4 accent-brass outline-none"
            checked={value === template}
            onChange={() => onChange(template)}
          />
          <span className="text-sm font-semibold">{texts[template].title}</span>
          <span className="col-start-2 mt-1 text-sm text-muted">{texts[template].text}</span>
        </label>
      ))}
    </div>
  </fieldset>
);
