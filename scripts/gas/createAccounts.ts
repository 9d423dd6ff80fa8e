import {
  concatHex,
  encodeFunctionData,
  getContractAddress,
  keccak256,
  numberToHex,
  pad,
  parseAbi,
  zeroAddress,
  zeroHash,
  type Address,
  type Hex,
} from "viem";
import { encodeAccountExecute, sessionAccountFactoryAbi, type AccountKind } from "@latchkey/sdk";
import type { PrivateKeyAccount } from "viem/accounts";
import type { Chain } from "../../test/interop/support/chain.ts";
import { createAccountKey } from "./createSessionKeys.ts";

/** An account that has admitted the manager, and how its owner makes it call others. */
export type GasAccount = {
  address: Address;
  kind: AccountKind;
  /** Resolves with the gas of the whole transaction. */
  act: (to: Address, data: Hex) => Promise<bigint>;
};

const safes = "node_modules/@safe-global/safe-contracts/build/artifacts/contracts";
const safeAbi = parseAbi([
  "function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver)",
  "function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)",
  "function createProxyWithNonce(address singleton, bytes initializer, uint256 saltNonce) returns (address)",
  "function enableModule(address module)",
]);
const erc7579Abi = parseAbi([
  "function execute(bytes32 mode, bytes executionCalldata) payable",
  "function installModule(uint256 moduleType, address module, bytes initData)",
]);
const executorType = 2n;

/** Accounts of every kind, each new at each call. */
export async function createAccounts(chain: Chain, manager: Address, owner: PrivateKeyAccount) {
  const folder = "artifacts/contracts/accounts";
  const implementation = await chain.deploy(`${folder}/SessionAccount.sol/SessionAccount.json`, [manager]);
  const factory = await chain.deploy(`${folder}/SessionAccountFactory.sol/SessionAccountFactory.json`, [
    implementation,
  ]);
  const singleton = await chain.deploy(`${safes}/Safe.sol/Safe.json`);
  const proxies = await chain.deploy(`${safes}/proxies/SafeProxyFactory.sol/SafeProxyFactory.json`);
  let count = 0;

  async function send(from: Address, to: Address, data: Hex): Promise<bigint> {
    return (await chain.send(from, to, data)).gasUsed;
  }

  async function createClone(): Promise<GasAccount> {
    const args = [owner.address, numberToHex((count += 1), { size: 32 })] as const;
    await chain.call(owner.address, factory, sessionAccountFactoryAbi, "createAccount", args);
    const request = { address: factory, abi: sessionAccountFactoryAbi, functionName: "getAddress", args } as const;
    const address = await chain.publicClient.readContract(request);
    const act = async (to: Address, data: Hex) => {
      return send(owner.address, address, encodeAccountExecute([{ target: to, data }]));
    };
    return { address, kind: "sessionAccount", act };
  }

  /** An EOA under EIP-7702: it owns itself, so it calls whatever it likes by an ordinary transaction. */
  async function createDelegatedEoa(): Promise<GasAccount> {
    const eoa = createAccountKey(5_000 + (count += 1));
    const sponsor = createAccountKey(4_999);
    await chain.networkHelpers.setBalance(sponsor.address, 10n ** 18n);
    const chainId = await chain.publicClient.getChainId();
    const authorizationList = [await eoa.signAuthorization({ address: implementation, chainId, nonce: 0 })];
    const transaction = { account: sponsor, to: zeroAddress, authorizationList, gas: 200_000n };
    const hash = await chain.walletClient.sendTransaction(transaction);
    await chain.publicClient.waitForTransactionReceipt({ hash });
    const { address } = eoa;
    return { address, kind: "sessionAccount", act: async (to, data) => send(address, to, data) };
  }

  /** A Safe 1.4.1 of one owner behind its own proxy, with the manager as its module. */
  async function createSafe(): Promise<GasAccount> {
    const initializer = encodeFunctionData({
      abi: safeAbi,
      functionName: "setup",
      args: [[owner.address], 1n, zeroAddress, "0x", zeroAddress, zeroAddress, 0n, zeroAddress],
    });
    const salt = BigInt((count += 1));
    await chain.call(owner.address, proxies, safeAbi, "createProxyWithNonce", [singleton, initializer, salt]);
    const address = await findProxy(initializer, salt);
    // The owner sends, so a signature is only their name: v = 1.
    const signature = concatHex([pad(owner.address), zeroHash, "0x01"]);
    const act = async (to: Address, data: Hex) => {
      const args = [to, 0n, data, 0, 0n, 0n, 0n, zeroAddress, zeroAddress, signature] as const;
      return send(owner.address, address, encodeFunctionData({ abi: safeAbi, functionName: "execTransaction", args }));
    };
    await act(address, encodeFunctionData({ abi: safeAbi, functionName: "enableModule", args: [manager] }));
    return { address, kind: "safe", act };
  }

  async function findProxy(initializer: Hex, salt: bigint): Promise<Address> {
    const abi = parseAbi(["function proxyCreationCode() view returns (bytes)"]);
    const creation = await chain.publicClient.readContract({
      address: proxies,
      abi,
      functionName: "proxyCreationCode",
    });
    const hash = keccak256(concatHex([keccak256(initializer), numberToHex(salt, { size: 32 })]));
    const bytecode = concatHex([creation, pad(singleton)]);
    return getContractAddress({ opcode: "CREATE2", from: proxies, salt: hash, bytecode });
  }

  /** An account on OpenZeppelin's `AccountERC7579`, with the manager as its executor module. */
  async function createErc7579(): Promise<GasAccount> {
    const path = "artifacts/contracts/test/Erc7579Account.sol/Erc7579Account.json";
    const address = await chain.deploy(path, [owner.address]);
    const act = async (to: Address, data: Hex) => {
      const call = concatHex([to, zeroHash, data]);
      return send(
        owner.address,
        address,
        encodeFunctionData({ abi: erc7579Abi, functionName: "execute", args: [zeroHash, call] }),
      );
    };
    const args = [executorType, manager, "0x"] as const;
    await act(address, encodeFunctionData({ abi: erc7579Abi, functionName: "installModule", args }));
    return { address, kind: "erc7579", act };
  }

  return { createClone, createDelegatedEoa, createSafe, createErc7579 };
}
