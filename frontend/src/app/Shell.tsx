import { Link, Outlet } from "@tanstack/react-router";
import { ConnectButton } from "../features/wallet/ConnectButton.tsx";
import { NetworkNotice } from "../features/wallet/NetworkNotice.tsx";
import { ConnectProvider } from "../features/wallet/ConnectDialog.tsx";
import { Notice } from "../components/Notice.tsx";
import { useDeps } from "../lib/deps.tsx";
import { useLiveBlocks } from "../lib/live.ts";
import { ThemeSelect } from "./ThemeSelect.tsx";

const pages = [
  { to: "/", label: "Overview" },
  { to: "/keys", label: "Keys" },
  { to: "/activity", label: "Activity" },
] as const;

const Logo = () => (
  <Link to="/" className="flex items-center gap-2.5 rounded-lg text-base font-semibold tracking-tight">
    <img src="/latchkey.svg" alt="" className="size-8" />
    Latchkey
  </Link>
);

const Navigation = () => (
  <nav aria-label="Pages" className="-mx-3 flex gap-1">
    {pages.map(({ to, label }) => (
      <Link
        key={to}
        to={to}
        activeOptions={{ exact: to === "/", includeSearch: false }}
        className="rounded-lg px-3 py-2 text-sm text-muted hover:bg-sunken hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-ink"
      >
        {label}
      </Link>
    ))}
  </nav>
);

const Footer = ({ head }: { head: ReturnType<typeof useLiveBlocks> }) => {
  const { config } = useDeps();
  const isDown = head.error !== null;
  return (
    <footer className="mx-auto flex w-full max-w-5xl flex-wrap items-center justify-between gap-x-6 gap-y-3 px-4 py-8 text-xs text-muted sm:px-6">
      <p className="flex items-center gap-2">
        <span aria-hidden="true" className={`size-2 rounded-full ${isDown ? "bg-bad" : "bg-good"}`} />
        {config.chainName}
        {head.data !== undefined && <span className="tabular-nums">block {head.data.number.toString()}</span>}
        {isDown && <span>not reachable</span>}
      </p>
      <ThemeSelect />
    </footer>
  );
};

export const Shell = () => {
  const head = useLiveBlocks();
  const { config } = useDeps();
  return (
    <ConnectProvider>
      <a
        href="#main"
        className="absolute left-4 z-20 -translate-y-20 rounded-lg bg-ink px-4 py-2 text-sm text-paper focus:translate-y-4"
      >
        Skip to the content
      </a>
      <div className="flex min-h-dvh flex-col">
        <header className="border-b border-line">
          <div className="mx-auto flex w-full max-w-5xl flex-wrap items-center justify-between gap-x-8 gap-y-2 px-4 py-3 sm:px-6">
            <Logo />
            <div className="order-last w-full sm:order-none sm:w-auto sm:flex-1">
              <Navigation />
            </div>
            <ConnectButton />
          </div>
        </header>
        <main
          id="main"
          tabIndex={-1}
          className="mx-auto w-full max-w-5xl flex-1 px-4 py-8 outline-none sm:px-6 sm:py-10"
        >
          <div className="mb-6 space-y-3 empty:hidden">
            <NetworkNotice />
            {head.error !== null && (
              <Notice tone="bad" role="alert" title={`${config.chainName} does not answer.`}>
                What you see may be out of date. Trying again all the time.
              </Notice>
            )}
          </div>
          <Outlet />
        </main>
        <Footer head={head} />
      </div>
    </ConnectProvider>
  );
};
