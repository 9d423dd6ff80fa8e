import type { SessionDescription } from "@latchkey/sdk";

const icons = {
  can: "m3.5 8.5 3 3 6-7",
  cannot: "m4.5 4.5 7 7m0-7-7 7",
} as const;

const Sentences = ({ kind, sentences }: { kind: keyof typeof icons; sentences: readonly string[] }) => (
  <ul className="space-y-2">
    {sentences.map((sentence) => (
      <li key={sentence} className="flex gap-2.5">
        <svg
          aria-hidden="true"
          viewBox="0 0 16 16"
          className={`mt-0.5 size-4 shrink-0 ${kind === "can" ? "text-good" : "text-bad"}`}
          fill="none"
          stroke="currentColor"
        >
          <path d={icons[kind]} strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" />
        </svg>
        <span className="min-w-0 wrap-anywhere">{sentence}</span>
      </li>
    ))}
  </ul>
);

/** What a key can and can't do, in the SDK's words. */
export const PolicySentences = ({ description }: { description: SessionDescription }) => (
  <div className="grid gap-6 text-sm md:grid-cols-2">
    <div>
      <h3 className="mb-2.5 text-xs font-semibold tracking-wider text-good uppercase">Can</h3>
      <Sentences kind="can" sentences={[...description.can, ...description.limits, description.ends]} />
    </div>
    <div>
      <h3 className="mb-2.5 text-xs font-semibold tracking-wider text-bad uppercase">Can’t</h3>
      <Sentences kind="cannot" sentences={description.cannot} />
    </div>
  </div>
);
