import { type ReactNode, useEffect, useId, useRef } from "react";

type CardProps = {
  title?: string;
  children: ReactNode;
  /** Whether focus goes to the title when the card appears: it replaces what the person was at. */
  takesFocus?: boolean;
};

export const Card = ({ title, children, takesFocus = false }: CardProps) => {
  const id = useId();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!takesFocus) return;
    heading.current?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }, [takesFocus]);
  return (
    <section
      aria-labelledby={title === undefined ? undefined : id}
      className="min-w-0 rounded-2xl border border-line bg-surface p-5 sm:p-6"
    >
      {title !== undefined && (
        <h2 ref={heading} id={id} tabIndex={-1} className="mb-4 text-base font-semibold outline-none">
          {title}
        </h2>
      )}
      {children}
    </section>
  );
};
