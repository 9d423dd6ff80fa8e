import { formatUnits } from "viem";
import { dollarsPerPeriod } from "./demoSession.ts";
import type { Stack } from "./startStack.ts";

/** Says where everything is and what to try. */
export function printGuide({ urls, addresses, account, session, bot }: Stack): void {
  const rows: [string, string][] = [
    ...(urls.web === undefined ? [] : [["Web app", urls.web] as [string, string]]),
    ["Relayer", `${urls.relayer}   (${urls.relayer}/openapi.json)`],
    ["Chain", `${urls.rpc}   (chain id 31337)`],
    ["SessionManager", addresses.sessionManager],
    ["Account", account],
    ["Session", session.sessionId],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const limit = `${formatUnits(dollarsPerPeriod, 6)} dUSD in ten minutes`;
  console.log(`\nLatchkey is running.\n`);
  for (const [name, value] of rows) console.log(`  ${name.padEnd(width)}  ${value}`);
  console.log();
  if (bot) console.log(`A bot sells dUSD for dETH on Uniswap every few seconds, ${limit} at most. Try:`);
  else console.log("Try:");
  if (urls.web !== undefined) {
    console.log(`  1. Open ${urls.web}, press "Connect wallet" and choose "Demo owner": no wallet is needed.`);
    console.log("  2. Open the bot's key: what it may do, what is left of its budget, every trade.");
    console.log("  3. Revoke it. The bot's next order is refused by the chain.");
  } else {
    console.log(`  curl ${urls.relayer}/v1/sessions/${session.sessionId}`);
  }
  console.log("\nCtrl-C stops everything.\n");
}
