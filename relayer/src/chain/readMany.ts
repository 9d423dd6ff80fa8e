import { concatHex, hexToBytes, numberToHex, size, bytesToHex, type Address, type Hash, type Hex } from "viem";
import type { Rpc } from "./createRpc.ts";

/** Answer to one of many reads; `data` is revert data if it is not `ok`. */
export type ReadAnswer = { ok: boolean; data: Hex };

/** What one `eth_call` may carry: below EIP-3860's 49,152 bytes of code going in. */
const codeBytesMax = 40_000;

/**
 * Makes calls to one contract in as few `eth_call`s as their size allows, all of them pinned to one block by its hash
 * (EIP-1898). Each `eth_call` is of code that is never deployed: it makes the calls, and returns what they answered. So no
 * contract is needed on chain. Throws `RpcError`; a call that reverts is an answer. `answerBytesMax` bounds one answer:
 * what code returns is bounded by EIP-170.
 */
export async function readMany(
  rpc: Pick<Rpc, "call">,
  { to, calls, block, answerBytesMax }: { to: Address; calls: readonly Hex[]; block: Hash; answerBytesMax: number },
): Promise<ReadAnswer[]> {
  const callsMax = Math.floor(24_000 / (answerBytesMax + 32));
  const chunks: Hex[][] = [];
  let chunkBytes = Infinity;
  for (const call of calls) {
    const bytes = size(call) + callCodeBytes;
    const last = chunks.at(-1);
    if (last === undefined || last.length >= callsMax || chunkBytes + bytes > codeBytesMax) {
      chunks.push([call]);
      chunkBytes = bytes;
    } else {
      last.push(call);
      chunkBytes += bytes;
    }
  }
  const answers = await Promise.all(
    chunks.map(async (chunk) => decode(await rpc.call({ data: encode(to, chunk) }, { hash: block }), chunk.length)),
  );
  return answers.flat();
}

/** Code of one call, beside its data. */
const callCodeBytes = 65;
const endCode: Hex = "0x6000f3";

function encode(to: Address, calls: readonly Hex[]): Hex {
  const code: Hex[] = ["0x6000"];
  let dataAt = 2 + calls.length * callCodeBytes + size(endCode);
  for (const call of calls) {
    const [length, offset] = [push4(size(call)), push4(dataAt)];
    code.push(
      // The pointer to free memory stays on the stack. CODECOPY(pointer, offset, length)
      concatHex([length, offset, "0x8239"]),
      // STATICCALL(gas, to, pointer, length, 0, 0)
      concatHex(["0x60006000", length, "0x83", "0x73", to, "0x5afa"]),
      // MSTORE(pointer, success << 32 | RETURNDATASIZE)
      "0x60201b3d178152",
      // RETURNDATACOPY(pointer + 32, 0, RETURNDATASIZE)
      "0x3d6000826020013e",
      // pointer += 32 + RETURNDATASIZE
      "0x6020013d01",
    );
    dataAt += size(call);
  }
  return concatHex([...code, endCode, ...calls]);
}

const push4 = (value: number): Hex => concatHex(["0x63", numberToHex(value, { size: 4 })]);

function decode(answer: Hex, count: number): ReadAnswer[] {
  const bytes = hexToBytes(answer);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const answers: ReadAnswer[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    if (at + 32 > bytes.length) throw new Error(`The node's answer ends after ${index} of ${count} reads`);
    const length = view.getUint32(at + 28);
    const ok = view.getUint32(at + 24) === 1;
    answers.push({ ok, data: bytesToHex(bytes.subarray(at + 32, at + 32 + length)) });
    at += 32 + length;
  }
  return answers;
}
