import { Link } from "@tanstack/react-router";
import { toButtonClass } from "../components/Button.tsx";
import { Card } from "../components/Card.tsx";
import { Notice } from "../components/Notice.tsx";
import { QueryView } from "../components/QueryView.tsx";
import type { Account } from "../lib/accountQueries.ts";
import { useSessions } from "../lib/sessions.ts";
import { isAlive } from "../lib/sessionStatus.ts";

/** The keys in one number, and where to go from here. */
export const NextStep = ({ account, canSign }: { account: Account; canSign: boolean }) => (
  <Card title="Keys">
    <QueryView query={useSessions(account.address)} what="the keys" skeletonLines={2}>
      {({ authority }) => {
        const alive = [...authority.sessions.values()].filter(({ status }) => isAlive(status)).length;
        return (
          <div className="space-y-5 text-sm">
            {authority.isPaused && <Notice tone="warn" title="All keys are paused." />}
            <p className="text-muted">
              {alive === 0 ? (
                "No bot can touch this account now."
              ) : (
                <>
                  <span className="text-xl font-semibold text-ink tabular-nums">{alive}</span>{" "}
                  {alive === 1 ? "key is in force." : "keys are in force."}
                </>
              )}
            </p>
            <div className="flex flex-wrap gap-2">
              {canSign && (
                <Link to="/keys/new" className={toButtonClass(alive === 0 ? "primary" : "secondary")}>
                  Grant a key
                </Link>
              )}
              <Link to="/keys" className={toButtonClass("secondary")}>
                See all keys
              </Link>
            </div>
          </div>
        );
      }}
    </QueryView>
  </Card>
);
