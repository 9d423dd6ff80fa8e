import { type ComponentProps, type ReactNode, useId } from "react";

const inputClass =
  "block w-full min-w-0 rounded-lg border border-strong bg-surface px-3 py-2 text-base text-ink placeholder:text-muted " +
  "aria-invalid:border-bad sm:text-sm";

type FieldFrame = { label: string; hint?: ReactNode; error?: string | undefined };
type FieldIds = { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean };

const Frame = ({ label, hint, error, children }: FieldFrame & { children: (ids: FieldIds) => ReactNode }) => {
  const id = useId();
  const described = [hint === undefined ? "" : `${id}-hint`, error === undefined ? "" : `${id}-error`].join(" ").trim();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      {children({ id, "aria-describedby": described || undefined, "aria-invalid": error !== undefined })}
      {hint !== undefined && (
        <div id={`${id}-hint`} className="mt-1.5 text-xs text-muted">
          {hint}
        </div>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} className="mt-1.5 text-xs font-medium text-bad">
          {error}
        </p>
      )}
    </div>
  );
};

type TextFieldProps = FieldFrame & Omit<ComponentProps<"input">, "id"> & { suffix?: string };

export const TextField = ({ label, hint, error, suffix, className = "", ...rest }: TextFieldProps) => (
  <Frame label={label} hint={hint} error={error}>
    {(ids) => (
      <div className="relative">
        <input
          autoComplete="off"
          spellCheck={false}
          className={`${inputClass} ${suffix === undefined ? "" : "pr-16"} ${className}`}
          {...ids}
          {...rest}
        />
        {suffix !== undefined && (
          <span className="pointer-events-none absolute inset-y-0 right-3 flex items-center text-sm text-muted">
            {suffix}
          </span>
        )}
      </div>
    )}
  </Frame>
);

type TextAreaFieldProps = FieldFrame & Omit<ComponentProps<"textarea">, "id">;

export const TextAreaField = ({ label, hint, error, className = "", ...rest }: TextAreaFieldProps) => (
  <Frame label={label} hint={hint} error={error}>
    {(ids) => (
      <textarea autoComplete="off" spellCheck={false} className={`${inputClass} ${className}`} {...ids} {...rest} />
    )}
  </Frame>
);

export type Option = { value: string; label: string };
type SelectFieldProps = FieldFrame & Omit<ComponentProps<"select">, "id" | "children"> & { options: readonly Option[] };

export const SelectField = ({ label, hint, error, options, ...rest }: SelectFieldProps) => (
  <Frame label={label} hint={hint} error={error}>
    {(ids) => (
      <select className={inputClass} {...ids} {...rest}>
        {options.map(({ value, label: text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    )}
  </Frame>
);
