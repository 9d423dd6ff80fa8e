import { createRootRoute, createRoute, createRouter, Link, retainSearchParams } from "@tanstack/react-router";
import { toButtonClass } from "../components/Button.tsx";
import { EmptyState } from "../components/EmptyState.tsx";
import { ErrorNotice } from "../components/QueryView.tsx";
import { AppError } from "../lib/errors.ts";
import { ActivityPage } from "./ActivityPage.tsx";
import { HomePage } from "./HomePage.tsx";
import { KeyPage } from "./KeyPage.tsx";
import { KeysPage } from "./KeysPage.tsx";
import { NewKeyPage } from "./NewKeyPage.tsx";
import { readAccountSearch, readActivitySearch, readGrantSearch } from "./searchParams.ts";
import { Shell } from "./Shell.tsx";

const NotFound = () => (
  <EmptyState
    title="There is no such page"
    action={
      <Link to="/" className={toButtonClass("secondary")}>
        To the overview
      </Link>
    }
  >
    The address may be mistyped.
  </EmptyState>
);

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: ({ error }) => (
    <ErrorNotice title="This page broke." error={error instanceof Error ? error : new AppError(String(error))} />
  ),
  validateSearch: readAccountSearch,
  // A looked-up account stays looked up from page to page.
  search: { middlewares: [retainSearchParams(["account"])] },
});

const routeTree = root.addChildren([
  createRoute({ getParentRoute: () => root, path: "/", component: HomePage }),
  createRoute({ getParentRoute: () => root, path: "/keys", component: KeysPage }),
  createRoute({
    getParentRoute: () => root,
    path: "/keys/new",
    component: NewKeyPage,
    validateSearch: readGrantSearch,
  }),
  createRoute({ getParentRoute: () => root, path: "/keys/$id", component: KeyPage }),
  createRoute({
    getParentRoute: () => root,
    path: "/activity",
    component: ActivityPage,
    validateSearch: readActivitySearch,
  }),
]);

export const createAppRouter = () => createRouter({ routeTree, scrollRestoration: true });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
