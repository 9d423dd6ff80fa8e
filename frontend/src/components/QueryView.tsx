import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import { Notice } from "./Notice.tsx";

export const Skeleton = ({ lines = 3 }: { lines?: number }) => (
  <div role="status" aria-label="Loading" className="space-y-3">
    {Array.from({ length: lines }, (_, index) => (
      <div key={index} className="h-5 animate-pulse rounded-md bg-sunken" style={{ width: `${100 - index * 14}%` }} />
    ))}
  </div>
);

type ErrorNoticeProps = { title: string; error: Error; onRetry?: () => void };

export const ErrorNotice = ({ title, error, onRetry }: ErrorNoticeProps) => (
  <Notice
    tone="bad"
    role="alert"
    title={title}
    action={
      onRetry !== undefined && (
        <Button variant="secondary" onClick={onRetry}>
          Try again
        </Button>
      )
    }
  >
    {"shortMessage" in error && typeof error.shortMessage === "string" ? error.shortMessage : error.message}
  </Notice>
);

type QueryLike<data> = { data: data | undefined; error: Error | null; refetch: () => unknown };

type QueryViewProps<data> = {
  query: QueryLike<data>;
  /** Finishes the sentence "Can't load …". */
  what: string;
  isEmpty?: (data: data) => boolean;
  empty?: ReactNode;
  skeletonLines?: number;
  children: (data: data) => ReactNode;
};

/**
 * The four states of an asynchronous view. Data that could not be refreshed stays, under a notice that says so: what is
 * shown is then the state of an earlier moment.
 */
export const QueryView = <data,>({ query, what, isEmpty, empty, skeletonLines, children }: QueryViewProps<data>) => {
  const retry = () => void query.refetch();
  if (query.data === undefined) {
    if (query.error !== null) return <ErrorNotice title={`Can't load ${what}.`} error={query.error} onRetry={retry} />;
    return <Skeleton {...(skeletonLines === undefined ? {} : { lines: skeletonLines })} />;
  }
  return (
    <>
      {query.error !== null && (
        <div className="mb-4">
          <ErrorNotice
            title={`Can't refresh ${what}; this is how it was before.`}
            error={query.error}
            onRetry={retry}
          />
        </div>
      )}
      {isEmpty?.(query.data) === true ? empty : children(query.data)}
    </>
  );
};
