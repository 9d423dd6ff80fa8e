import type { SessionDescription } from "@latchkey/sdk";

type SentenceKind = "can" | "cannot" | "limit";

const paths: Record<SentenceKind, string> = {
  can: "m3.5 8.5 3 3 6-7",
  cannot: "m4.5 4.5 7 7m0-7-7 7",
  limit: "M4 8h8",
};
const looks: Record<SentenceKind, { title: string; color: string }> = {
  can: { title: "Can", color: "text-good" },
  cannot: { title: "Can’t", color: "text-bad" },
  limit: { title: "Within these limits", color: "text-muted" },
};

const Sentences = ({ kind, sentences }: { kind: SentenceKind; sentences: readonly string[] }) => (
  <div className="min-w-0">
    <h3 className={`mb-2.5 text-xs font-semibold tracking-wider uppercase ${looks[kind].color}`}>
      {looks[kind].title}
    </h3>
    <ul className="space-y-2">
      {sentences.map((sentence) => (
        <li key={sentence} className="flex gap-2.5">
          <svg
            aria-hidden="true"
            viewBox="0 0 16 16"
            className={`mt-0.5 size-4 shrink-0 ${looks[kind].color}`}
            fill="none"
            stroke="currentColor"
          >
            <path d={paths[kind]} strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" />
          </svg>
          <span className="min-w-0 wrap-anywhere">{sentence}</span>
        </li>
      ))}
    </ul>
  </div>
);

/** What a key can and can't do, in the SDK's words. */
export const PolicySentences = ({ description }: { description: SessionDescription }) => (
  <div className="grid gap-x-8 gap-y-6 text-sm md:grid-cols-2">
    <Sentences kind="can" sentences={description.can} />
    <Sentences kind="limit" sentences={[...description.limits, description.ends]} />
    <div className="md:col-start-2 md:row-span-2 md:row-start-1">
      <Sentences kind="cannot" sentences={description.cannot} />
    </div>
  </div>
);
