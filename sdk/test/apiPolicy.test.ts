import { encodeAbiParameters, keccak256, parseAbiParameters, stringToHex, zeroHash } from "viem";
import { describe as group, expect, it } from "vitest";
import {
  createApiPolicy,
  createSession,
  describe,
  FieldInvalidError,
  hashApiPolicy,
  parseApiPolicyJson,
  templates,
} from "../src/index.ts";
import { createRandom } from "./support/random.ts";

const random = createRandom(91);
const salt = random.bytes(32);

group("createApiPolicy", () => {
  it("makes a salt of its own, and writes networks in one form", () => {
    const cidrs = ["2001:DB8:0:0::/32", " 192.0.2.0/24", "2001:db8::/32", "::ffff:192.0.2.1/128"];
    const [first, second] = [createApiPolicy({ cidrs }), createApiPolicy({ cidrs })];
    expect(first.cidrs).toEqual(["2001:db8::/32", "192.0.2.0/24", "::ffff:c000:201/128"]);
    expect(first.salt).not.toBe(second.salt);
    expect(hashApiPolicy(first)).not.toBe(hashApiPolicy(second));
    expect(first).toMatchObject({ ordersPerMinute: 0, requireAuthentication: false });
  });

  it.each([
    "192.0.2.0",
    "192.0.2.0/33",
    "192.0.2.256/24",
    "010.0.2.0/24",
    "1.2/16",
    "::/129",
    "host/8",
    "/8",
    "1.2.3.4/8/9",
    "1.2.3.4/08",
  ])("refuses %s, and says where it is", (cidr) => {
    const create = () => createApiPolicy({ cidrs: ["192.0.2.0/24", cidr] });
    expect(create).toThrow(FieldInvalidError);
    expect(create).toThrow("policy.cidrs[1] is");
  });

  it("refuses more networks than anyone needs, and rates that are none", () => {
    const cidrs = random.list(65, (index) => `10.0.0.${index}/32`);
    expect(() => parseApiPolicyJson({ ...createApiPolicy({}), cidrs })).toThrow("may have 64");
    expect(() => createApiPolicy({ ordersPerMinute: -1 })).toThrow("policy.ordersPerMinute");
    expect(() => createApiPolicy({ salt: zeroHash })).toThrow("policy.salt is zero");
  });
});

it("hashes as docs/encoding.md says", () => {
  const policy = createApiPolicy({ cidrs: ["192.0.2.0/24"], ordersPerMinute: 60, requireAuthentication: true, salt });
  const types = parseAbiParameters("bytes32, string[], uint32, bool, bytes32");
  const tag = keccak256(stringToHex("latchkey.ApiPolicy.v1"));
  const encoded = encodeAbiParameters(types, [tag, ["192.0.2.0/24"], 60, true, salt]);
  expect(hashApiPolicy(policy)).toBe(keccak256(encoded));
});

it("parses what it makes, and takes no network in another form", () => {
  const policy = createApiPolicy({ cidrs: ["2001:db8::/32"], ordersPerMinute: 3, salt });
  expect(parseApiPolicyJson(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
  expect(() => parseApiPolicyJson({ ...policy, cidrs: ["2001:0db8::/32"] })).toThrow("must be written 2001:db8::/32");
  expect(() => parseApiPolicyJson({ ...policy, rate: 3 })).toThrow("policy.rate");
});

group("describe", () => {
  const [account, token, recipient] = [random.address(), random.address(), random.address()];
  const policy = createApiPolicy({ cidrs: ["192.0.2.0/24"], ordersPerMinute: 60, requireAuthentication: true, salt });
  const { session, scopes } = createSession({
    account,
    signer: random.address(),
    validUntil: Math.floor(Date.now() / 1000) + 3600,
    maxOrders: 100,
    salt: hashApiPolicy(policy),
    ...templates.payment({ token, recipients: [recipient], amount: 100n, period: 0 }),
  });

  it("calls what a policy asks for best effort", () => {
    const { limits } = describe(session, scopes, { policy });
    const sentences = limits.filter((sentence) =>
      sentence.startsWith("Best effort, by relayers that know its API policy"),
    );
    expect(sentences.map((sentence) => sentence.split(": ")[1])).toEqual([
      "orders only from 192.0.2.0/24.",
      "at most 60 orders a minute.",
      "orders only in requests that its key or the account's owner has signed.",
    ]);
    expect(limits.join()).not.toContain("Carries the value");
  });

  it("says nothing of a policy that is not the session's", () => {
    for (const options of [{}, { policy: createApiPolicy({ cidrs: ["192.0.2.0/24"] }) }]) {
      const text = describe(session, scopes, options).limits.join();
      expect(text).toContain(`Carries the value ${session.salt}`);
      expect(text).not.toContain("Best effort");
    }
  });
});
