import type { ReactNode } from "react";

type EmptyStateProps = { title: string; children: ReactNode; action?: ReactNode };

export const EmptyState = ({ title, children, action }: EmptyStateProps) => (
  <div className="flex flex-col items-center rounded-2xl border border-dashed border-line px-6 py-14 text-center">
    <svg aria-hidden="true" viewBox="0 0 32 32" className="mb-4 size-10 text-brass" fill="none" stroke="currentColor">
      <circle cx="11.5" cy="12" r="6" strokeWidth="1.75" />
      <path d="M15.8 16.3 25 25.5m-3.6-3.6 2.9-2.9" strokeWidth="1.75" strokeLinecap="round" />
    </svg>
    <h2 className="text-lg font-semibold">{title}</h2>
    <div className="mt-1.5 max-w-md text-sm text-pretty text-muted">{children}</div>
    {action !== undefined && <div className="mt-6 flex flex-wrap justify-center gap-3">{action}</div>}
  </div>
);
