import type { ComponentProps } from "react";

export type ButtonVariant = "primary" | "secondary" | "danger" | "quiet";

const base =
  "inline-flex min-h-10 items-center justify-center gap-2 rounded-lg px-4 py-2 text-sm font-medium whitespace-nowrap " +
  "transition-colors disabled:opacity-50";

const variants: Record<ButtonVariant, string> = {
  primary: "bg-ink text-paper hover:bg-ink/85 disabled:hover:bg-ink",
  secondary: "border border-line bg-surface text-ink hover:border-strong hover:bg-sunken",
  danger: "border border-bad/40 bg-surface text-bad hover:bg-bad-soft",
  quiet: "text-muted hover:bg-sunken hover:text-ink",
};

/** For links that look like buttons. */
export const toButtonClass = (variant: ButtonVariant = "primary", extra = ""): string =>
  `${base} ${variants[variant]} ${extra}`;

type ButtonProps = ComponentProps<"button"> & { variant?: ButtonVariant };

export const Button = ({ variant = "primary", className = "", type = "button", ...rest }: ButtonProps) => (
  <button type={type} className={toButtonClass(variant, className)} {...rest} />
);
