import { RelayerProblemError } from "./errors.ts";
import type { NonceSource } from "./nonceSource.ts";
import type { SignedOrder } from "./order.ts";

/** Signs an order under a nonce and sends it. */
export type Sending = <T>(
  given: number | undefined,
  sign: (nonce: number) => Promise<SignedOrder>,
  send: (signedOrder: SignedOrder) => Promise<T>,
) => Promise<T>;

const nonceTakenCodes = ["nonce-used", "nonce-too-old"];
/** How often an order is signed again because another process took its nonce. */
const signingsMax = 3;

/** Signs with the nonce given, or the next one of `nonces`, which is given back if nobody stores the order. */
export function createSending(nonces: NonceSource): Sending {
  return async (given, sign, send) => {
    if (given !== undefined) return send(await sign(given));
    for (let signing = 1; ; signing += 1) {
      const nonce = await nonces.take();
      const signedOrder = await sign(nonce).catch((error: unknown) => {
        nonces.release(nonce);
        throw error;
      });
      try {
        return await send(signedOrder);
      } catch (error) {
        if (!(error instanceof RelayerProblemError)) throw error;
        const isTaken = nonceTakenCodes.includes(error.code);
        // A failure of the relayer may have come after it stored the order.
        if (!isTaken && error.status < 500) nonces.release(nonce);
        if (!isTaken || signing >= signingsMax) throw error;
        await nonces.refresh();
      }
    }
  };
}
