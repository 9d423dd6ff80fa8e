import { lookup as lookupName } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";

/** The receiver is at an address that webhooks must not go to. */
export class DestinationRefusedError extends Error {
  override name = "DestinationRefusedError";
}

export type Destinations = ReturnType<typeof createDestinations>;

/**
 * Which addresses webhooks may go to: public ones, and the networks the operator names. Names are resolved once, every
 * address they have is checked, and the connection goes to what was checked, so that no name can change its mind.
 */
export function createDestinations({ webhookNetworks }: { webhookNetworks: readonly string[] }) {
  const allowed = webhookNetworks.map((network) => ipaddr.parseCIDR(network));

  function isAllowed(text: string): boolean {
    // IPv4 inside IPv6 counts as what it is.
    const address = ipaddr.process(text);
    if (allowed.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits)))
      return true;
    return address.range() === "unicast";
  }

  function check(host: string, addresses: readonly string[]): void {
    const refused = addresses.find((address) => !isAllowed(address));
    if (refused === undefined) return;
    throw new DestinationRefusedError(
      `${host} is at ${refused}, which is no public address; the operator may allow its network by WEBHOOK_NETWORKS`,
    );
  }

  const lookup: LookupFunction = (host, options, callback) => {
    lookupName(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "");
      try {
        check(
          host,
          addresses.map(({ address }) => address),
        );
      } catch (refusal) {
        return callback(refusal instanceof Error ? refusal : new DestinationRefusedError(host), "");
      }
      const [first] = addresses;
      if (options.all === true) return callback(null, addresses);
      return callback(null, first?.address ?? "", first?.family);
    });
  };

  return {
    /** For `node:http`. Fails with `DestinationRefusedError`. */
    lookup,

    /** Throws `DestinationRefusedError` for a URL that can be refused by itself, without resolving its name. */
    checkUrl(text: string): URL {
      const url = new URL(text);
      const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
      if (url.username !== "" || url.password !== "") {
        throw new DestinationRefusedError("A webhook's URL must hold no user and no password");
      }
      const isAddress = ipaddr.isValid(host);
      if (isAddress) check(host, [host]);
      // In the clear only inside networks that the operator has named.
      const isInside = isAddress && ipaddr.process(host).range() !== "unicast";
      if (url.protocol !== "https:" && !(url.protocol === "http:" && isInside)) {
        throw new DestinationRefusedError(`A webhook's URL must be https, not ${url.protocol}//`);
      }
      return url;
    },
  };
}
