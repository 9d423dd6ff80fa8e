import { ConfigError } from "../lib/errors.ts";

/** All there is to see while `/latchkey.json` can't be used. */
export const ConfigErrorPage = ({ error }: { error: unknown }) => {
  const faults = error instanceof ConfigError ? error.faults : [String(error)];
  return (
    <main className="mx-auto max-w-xl px-4 py-20">
      <h1 className="text-2xl font-semibold">Latchkey is not set up here</h1>
      <p className="mt-3 text-sm text-muted">
        The page needs to know its chain and contracts from <code className="font-mono">/latchkey.json</code>, which the
        server should provide. This is what is wrong with it:
      </p>
      <ul className="mt-4 list-disc space-y-1 pl-5 text-sm wrap-anywhere">
        {faults.map((fault) => (
          <li key={fault}>{fault}</li>
        ))}
      </ul>
    </main>
  );
};
