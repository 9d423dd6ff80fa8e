import type { ReactNode } from "react";

type PageHeaderProps = { title: string; children?: ReactNode; actions?: ReactNode };

export const PageHeader = ({ title, children, actions }: PageHeaderProps) => (
  <div className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4 sm:mb-8">
    <div className="min-w-0 flex-1 basis-64">
      <h1 className="text-2xl font-semibold wrap-anywhere sm:text-3xl">{title}</h1>
      {children !== undefined && <div className="mt-1.5 text-sm text-muted">{children}</div>}
    </div>
    {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
  </div>
);
