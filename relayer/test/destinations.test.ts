import { expect, test } from "vitest";
import { createDestinations, DestinationRefusedError } from "../src/webhooks/createDestinations.ts";
import { postWebhook } from "../src/webhooks/postWebhook.ts";

const open = createDestinations({ webhookNetworks: [] });

test.each([
  "https://127.0.0.1/",
  "https://10.1.2.3/",
  "https://172.16.0.1/",
  "https://192.168.1.1/",
  "https://169.254.169.254/latest/meta-data",
  "https://100.64.0.1/",
  "https://0.0.0.0/",
  "https://255.255.255.255/",
  "https://224.0.0.1/",
  "https://192.0.2.1/",
  // The same addresses in other clothes.
  "https://2130706433/",
  "https://0x7f.1/",
  "https://[::1]/",
  "https://[::]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:7f00:1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://[2002:7f00:1::]/",
  "https://[fe80::1]/",
  "https://[fc00::1]/",
  "https://[ff02::1]/",
  "http://receiver.example/",
  "http://93.184.216.34/",
  "https://user:password@receiver.example/",
  "ftp://receiver.example/",
  "file:///etc/passwd",
])("refuses %s by itself", (url) => {
  expect(() => open.checkUrl(url)).toThrow(DestinationRefusedError);
});

test.each(["https://receiver.example/hooks?a=b", "https://93.184.216.34/", "https://[2606:4700::1111]/"])(
  "lets %s pass",
  (url) => {
    expect(open.checkUrl(url).href).toBe(url);
  },
);

test("lets the networks pass that the operator names, in the clear too, and none beside them", () => {
  const named = createDestinations({ webhookNetworks: ["10.1.0.0/16", "fd00::/8"] });
  expect(named.checkUrl("http://10.1.2.3:8080/").port).toBe("8080");
  expect(named.checkUrl("https://[fd00::1]/").hostname).toBe("[fd00::1]");
  expect(() => named.checkUrl("http://10.2.0.1/")).toThrow(DestinationRefusedError);
  expect(() => named.checkUrl("https://[::ffff:10.2.0.1]/")).toThrow(DestinationRefusedError);
});

test("refuses a name by the address it resolves to, when it connects", async () => {
  // Every machine resolves it to itself.
  const message = { url: "https://localhost:1/", headers: {}, body: "{}" };
  await expect(postWebhook(open, message)).rejects.toBeInstanceOf(DestinationRefusedError);
  const named = createDestinations({ webhookNetworks: ["127.0.0.0/8", "::1/128"] });
  await expect(postWebhook(named, message)).rejects.toMatchObject({
    code: expect.stringMatching(/ECONNREFUSED|EPROTO/) as string,
  });
});
