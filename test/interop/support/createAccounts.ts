import { encodeAccountExecute, type AccountKind } from "@latchkey/sdk";
import { type Address, encodeFunctionData, type Hex, pad, parseAbi, parseEther, zeroAddress, zeroHash } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { Chain } from "./chain.ts";

const contracts = "artifacts/contracts";
const safe = "node_modules/@safe-global/safe-contracts/build/artifacts/contracts";

export const executorType = 2n;
export const accountAbis = {
  safe: parseAbi([
    "function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver)",
    "function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) payable returns (bool)",
    "function createProxyWithNonce(address singleton, bytes initializer, uint256 saltNonce) returns (address)",
    "function enableModule(address module)",
    "function disableModule(address previous, address module)",
    "event ProxyCreation(address indexed proxy, address singleton)",
  ]),
  erc7579: parseAbi([
    "function execute(bytes32 mode, bytes executionCalldata) payable",
    "function installModule(uint256 moduleType, address module, bytes initData)",
    "function uninstallModule(uint256 moduleType, address module, bytes deInitData)",
    "function isModuleInstalled(uint256 moduleType, address module, bytes context) view returns (bool)",
  ]),
  factory: parseAbi([
    "function createAccount(address owner, bytes32 salt) returns (address)",
    "function getAddress(address owner, bytes32 salt) view returns (address)",
  ]),
};

/** An account and how its owner makes it call others. */
export type TestAccount = { address: Address; kind: AccountKind; act: (to: Address, data: Hex) => Promise<void> };
/** Accounts of every kind, each of one owner. */
export function createAccounts(chain: Chain, deployed: { implementation: Address; factory: Address }) {
  const { implementation, factory } = deployed;
  const ownerKey = privateKeyToAccount(generatePrivateKey());
  const owner = ownerKey.address;

  async function createClone(): Promise<TestAccount> {
    await chain.call(owner, factory, accountAbis.factory, "createAccount", [owner, zeroHash]);
    const address = (await chain.read(factory, accountAbis.factory, "getAddress", [owner, zeroHash])) as Address;
    const act = async (to: Address, data: Hex) => {
      await chain.send(owner, address, encodeAccountExecute([{ target: to, data }]));
    };
    return { address, kind: "sessionAccount", act };
  }

  /** A Safe 1.4.1 of one owner behind its own proxy. */
  async function createSafe() {
    const singleton = await chain.deploy(`${safe}/Safe.sol/Safe.json`);
    const proxies = await chain.deploy(`${safe}/proxies/SafeProxyFactory.sol/SafeProxyFactory.json`);
    const handler = await chain.deploy(
      `${safe}/handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json`,
    );
    const initializer = encodeFunctionData({
      abi: accountAbis.safe,
      functionName: "setup",
      args: [[owner], 1n, zeroAddress, "0x", handler, zeroAddress, 0n, zeroAddress],
    });
    const args = [singleton, initializer, 0n] as const;
    const { result: address } = await chain.publicClient.simulateContract({
      account: owner,
      address: proxies,
      abi: accountAbis.safe,
      functionName: "createProxyWithNonce",
      args,
    });
    await chain.call(owner, proxies, accountAbis.safe, "createProxyWithNonce", args);
    // The owner sends, so a signature is only their name: v = 1.
    const signature: Hex = `${pad(owner)}${"00".repeat(32)}01`;
    const act = async (to: Address, data: Hex) => {
      const call = [to, 0n, data, 0, 0n, 0n, 0n, zeroAddress, zeroAddress, signature] as const;
      await chain.call(owner, address, accountAbis.safe, "execTransaction", call);
    };
    // What its owners sign for ERC-1271.
    const sign = async (digest: Hex) =>
      ownerKey.signTypedData({
        domain: { chainId: await chain.publicClient.getChainId(), verifyingContract: address },
        types: { SafeMessage: [{ name: "message", type: "bytes" }] },
        primaryType: "SafeMessage",
        message: { message: digest },
      });
    return { address, kind: "safe" as const, act, sign };
  }

  /** An account on OpenZeppelin's `AccountERC7579`. */
  async function createErc7579(): Promise<TestAccount> {
    const address = await chain.deploy(`${contracts}/test/Erc7579Account.sol/Erc7579Account.json`, [owner]);
    const act = async (to: Address, data: Hex) => {
      const call: Hex = `${to}${"00".repeat(32)}${data.slice(2)}`;
      await chain.call(owner, address, accountAbis.erc7579, "execute", [zeroHash, call]);
    };
    return { address, kind: "erc7579", act };
  }

  /** An EOA that signs EIP-7702 authorizations, which anyone's transactions of type 4 bring. */
  async function createDelegatedEoa() {
    const eoa = privateKeyToAccount(generatePrivateKey());
    const sponsor = privateKeyToAccount(generatePrivateKey());
    await chain.networkHelpers.setBalance(sponsor.address, parseEther("1"));
    const delegate = async (to: Address) => {
      const nonce = await chain.publicClient.getTransactionCount({ address: eoa.address });
      const chainId = await chain.publicClient.getChainId();
      const authorizationList = [await eoa.signAuthorization({ address: to, chainId, nonce })];
      const transaction = { account: sponsor, to: zeroAddress, authorizationList, gas: 200_000n };
      const hash = await chain.walletClient.sendTransaction(transaction);
      await chain.publicClient.waitForTransactionReceipt({ hash });
    };
    const act = async (to: Address, data: Hex) => {
      await chain.send(eoa.address, to, data);
    };
    await delegate(implementation);
    const sign = async (digest: Hex) => eoa.sign({ hash: digest });
    return { address: eoa.address, kind: "sessionAccount" as const, act, sign, delegate };
  }

  return { createClone, createSafe, createErc7579, createDelegatedEoa };
}
