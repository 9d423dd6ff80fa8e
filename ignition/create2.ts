import { getContractAddress, keccak256, stringToHex, type Address, type Hex } from "viem";

/** CreateX, at the same address on every chain; Ignition checks its code before it uses it. */
export const createX: Address = "0xba5Ed099633D3B313e4D5F7bdc1305d3c28ba5Ed";

/** Of every contract of Latchkey: with their code it alone decides their addresses. */
export const create2Salt: Hex = keccak256(stringToHex("Latchkey 1"));

/** Where `initCode` (constructor arguments included) is, on every chain it is deployed to. */
export function toCreate2Address(initCode: Hex): Address {
  // CreateX hashes a salt that names neither its caller nor a chain, so anyone may deploy, anywhere.
  return getContractAddress({ opcode: "CREATE2", from: createX, salt: keccak256(create2Salt), bytecode: initCode });
}
