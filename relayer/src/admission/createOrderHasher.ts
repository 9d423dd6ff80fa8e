import { hashOrder, type Order } from "@latchkey/sdk";
import { bytesToHex, domainSeparator, toBytes, type Address, type Hex } from "viem";
import { keccak256 } from "../keccak.ts";

const callType = "Call(address target,uint256 value,bytes data,bytes32 scope)";
const orderType = `Order(bytes32 sessionId,uint24 nonce,uint48 deadline,uint32 gasLimit,Call[] calls)${callType}`;
const callTypeHash = keccak256(toBytes(callType));
const orderTypeHash = keccak256(toBytes(orderType));

/**
 * The EIP-712 digest of an order, as `hashOrder` of the SDK gives it, at a small part of its cost: what every order
 * shares is hashed once, and nothing is turned into text between.
 */
export function createOrderHasher({ chainId, manager }: { chainId: number; manager: Address }): (order: Order) => Hex {
  const domain = { name: "Latchkey", version: "1", chainId, verifyingContract: manager };
  const prefix = Buffer.concat([Buffer.from([0x19, 0x01]), toBytes(domainSeparator({ domain }))]);

  function hash({ sessionId, nonce, deadline, gasLimit, calls }: Order): Hex {
    const callHashes = Buffer.alloc(32 * calls.length);
    const call = Buffer.alloc(160);
    call.set(callTypeHash, 0);
    calls.forEach(({ target, value, data, scope }, index) => {
      call.write(target.slice(2), 44, "hex");
      call.write(value.toString(16).padStart(64, "0"), 64, "hex");
      call.set(keccak256(Buffer.from(data.slice(2), "hex")), 96);
      call.write(scope.slice(2), 128, "hex");
      callHashes.set(keccak256(call), 32 * index);
    });
    const order = Buffer.alloc(192);
    order.set(orderTypeHash, 0);
    order.write(sessionId.slice(2), 32, "hex");
    order.writeUInt32BE(nonce, 92);
    order.writeUIntBE(deadline, 122, 6);
    order.writeUInt32BE(gasLimit, 156);
    order.set(keccak256(callHashes), 160);
    return bytesToHex(keccak256(Buffer.concat([prefix, keccak256(order)])));
  }

  // The SDK's word is what keys sign: a difference must stop the relayer, not refuse every order.
  const probe: Order = {
    sessionId: `0x${"a1".repeat(32)}`,
    nonce: 0xabcdef,
    deadline: 0xffff_ffff_fffe,
    gasLimit: 0xfedc_ba98,
    calls: [{ target: manager, value: (1n << 127n) + 3n, data: "0x0102", scope: `0x${"b2".repeat(32)}` }],
  };
  if (hash(probe) !== hashOrder(probe, { chainId, manager })) throw new Error("Orders are hashed in another way");
  return hash;
}
