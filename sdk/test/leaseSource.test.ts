import { expect, it } from "vitest";
import { createLeaseSource } from "../src/leaseSource.ts";

function start(ttl: number) {
  let count = 0;
  const source = createLeaseSource(() => {
    count += 1;
    return Promise.resolve({ lease: `0x0${count}`, issuedAt: 1_000, expiresAt: 1_000 + ttl });
  });
  return source;
}

it("uses a lease again while it is in the first half of its time", async () => {
  const source = start(600);
  const [first, second] = await Promise.all([source.get(), source.get()]);
  expect([first?.lease, second?.lease, (await source.get()).lease]).toEqual(["0x01", "0x01", "0x01"]);
});

it("asks for another one after that", async () => {
  const source = start(0);
  expect((await source.get()).lease).toBe("0x01");
  expect((await source.get()).lease).toBe("0x02");
});

it("tells why there is none, and asks again the next time", async () => {
  let isHeld = true;
  const lease = { lease: "0xaa", issuedAt: 0, expiresAt: 600 } as const;
  const source = createLeaseSource(() => (isHeld ? Promise.reject(new Error("held")) : Promise.resolve(lease)));
  await expect(source.get()).rejects.toThrow("held");
  isHeld = false;
  expect(await source.get()).toEqual(lease);
});
