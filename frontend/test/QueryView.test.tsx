// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { QueryView } from "../src/components/QueryView.tsx";

type Query = Parameters<typeof QueryView<string[]>>[0]["query"];

const show = (query: Partial<Query>) =>
  render(
    <QueryView
      query={{ data: undefined, error: null, refetch: () => undefined, ...query }}
      what="the keys"
      isEmpty={(list) => list.length === 0}
      empty={<p>No keys yet</p>}
    >
      {(list) => <p>{list.join(", ")}</p>}
    </QueryView>,
  );

describe("QueryView", () => {
  afterEach(cleanup);

  it("shows that it is loading", () => {
    show({});
    expect(screen.getByRole("status", { name: "Loading" })).toBeDefined();
  });

  it("shows what is there instead of nothing", () => {
    show({ data: [] });
    expect(screen.getByText("No keys yet")).toBeDefined();
  });

  it("shows the data", () => {
    show({ data: ["one", "two"] });
    expect(screen.getByText("one, two")).toBeDefined();
  });

  it("shows the error and tries again when asked", () => {
    const refetch = vi.fn<() => void>();
    show({ error: new Error("The node is gone."), refetch });
    expect(screen.getByRole("alert").textContent).toContain("Can't load the keys.");
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(refetch).toHaveBeenCalledOnce();
  });

  it("keeps old data under a notice that says that it is old", () => {
    show({ data: ["one"], error: new Error("The node is gone.") });
    expect(screen.getByRole("alert").textContent).toContain("this is how it was before");
    expect(screen.getByText("one")).toBeDefined();
  });
});
