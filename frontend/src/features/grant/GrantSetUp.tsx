import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Address as AddressValue } from "viem";
import { toButtonClass } from "../../components/Button.tsx";
import { Card } from "../../components/Card.tsx";
import { CopyButton } from "../../components/CopyButton.tsx";
import { Notice } from "../../components/Notice.tsx";
import { useDeps } from "../../lib/deps.tsx";
import { authorityQuery, type SessionRecord } from "../../lib/sessionQueries.ts";
import { toSetUpSnippet } from "./setUpSnippet.ts";

type GrantSetUpProps = { account: AddressValue; record: SessionRecord; blockNumber: bigint };

/** After the grant: what the bot needs, and whether it has begun. */
export const GrantSetUp = ({ account, record, blockNumber }: GrantSetUpProps) => {
  const deps = useDeps();
  const authority = useQuery(authorityQuery(deps, account, [record]));
  const isUsed = (authority.data?.sessions.get(record.id)?.lastUsedAt ?? 0) > 0;
  const snippet = toSetUpSnippet(deps.config, record);
  return (
    <Card title="Set up the bot" takesFocus>
      <div className="space-y-5 text-sm">
        <p role="status">
          <strong>The key is granted</strong>, since block {blockNumber.toString()}. Give these lines to the bot; they
          hold no secret.
        </p>
        <pre className="rounded-xl bg-sunken p-4 font-mono text-xs leading-relaxed break-all whitespace-pre-wrap">
          {snippet}
        </pre>
        <Notice tone={isUsed ? "good" : "muted"} role="status">
          <span className="flex items-center gap-2.5 text-ink">
            <span
              aria-hidden="true"
              className={`size-2 shrink-0 rounded-full ${isUsed ? "bg-good" : "animate-pulse bg-brass"}`}
            />
            {isUsed ? "The bot has used its key." : "Waiting for first use…"}
          </span>
        </Notice>
        <div className="flex flex-wrap gap-2">
          <CopyButton text={snippet} label="Copy the set-up lines" />
          <Link to="/keys/$id" params={{ id: record.id }} className={toButtonClass("primary")}>
            See the key
          </Link>
        </div>
      </div>
    </Card>
  );
};
