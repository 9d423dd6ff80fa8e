// @vitest-environment jsdom
import type { Evidence } from "@latchkey/sdk";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { EvidenceList } from "../src/features/sentinel/EvidenceList.tsx";
import { isHeld } from "../src/features/sentinel/isHeld.ts";

const create = (id: number, action: Evidence["action"], features: Evidence["features"] = {}): Evidence => ({
  id,
  at: 1_000,
  action,
  rule: action === "release" ? "released-by-owner" : "unusual",
  score: 12,
  features,
  orderHash: undefined,
});

describe("EvidenceList", () => {
  afterEach(cleanup);

  it("says what happened, why, and when", () => {
    const evidence = [create(2, "release"), create(1, "hold", { size: 6, pace: 0.4 })];
    render(<EvidenceList evidence={evidence} now={1_120} />);
    const [released, held] = screen.getAllByRole("listitem").map(({ textContent }) => textContent);
    expect(released).toContain("Released by the owner");
    expect(held).toContain("Held the key's orders: a greater amount than usual.");
    expect(held).toContain("2 minutes ago");
  });
});

describe("isHeld", () => {
  it.each<[Evidence["action"][], boolean]>([
    [[], false],
    [["note"], false],
    [["note", "hold"], true],
    [["report-misuse", "hold", "release"], true],
    [["release", "hold"], false],
    // Suspended on chain, it is resumed there.
    [["suspend", "release", "hold"], false],
  ])("of %j is %s", (actions, expected) => {
    expect(isHeld(actions.map((action, index) => create(100 - index, action)))).toBe(expected);
  });
});
