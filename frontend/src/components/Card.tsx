import { type ReactNode, useId } from "react";

type CardProps = { title?: string; aside?: ReactNode; children: ReactNode; className?: string };

export const Card = ({ title, aside, children, className = "" }: CardProps) => {
  const id = useId();
  return (
    <section
      aria-labelledby={title === undefined ? undefined : id}
      className={`min-w-0 rounded-2xl border border-line bg-surface p-5 sm:p-6 ${className}`}
    >
      {title !== undefined && (
        <div className="mb-4 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
          <h2 id={id} className="text-base font-semibold">
            {title}
          </h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
};
