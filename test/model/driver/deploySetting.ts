import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  decodeFunctionResult,
  encodeDeployData,
  encodeFunctionData,
  numberToHex,
  parseAbi,
  zeroHash,
  type Abi,
  type Address,
  type Hex,
} from "viem";
import { sessionAccountFactoryAbi } from "@latchkey/sdk";
import { root } from "../../../scripts/root.ts";
import { getToken, native } from "../reference/ledger.ts";
import type { Setting } from "../reference/setting.ts";
import { actors, getSigner } from "./actors.ts";
import type { Rpc } from "./createRpc.ts";
import { toEndowments, unlimited } from "./endowments.ts";
import { createSafe } from "./safe.ts";

export type Artifact = { abi: Abi; bytecode: Hex };
export type Latchkey = { manager: Address; implementation: Address; factory: Address };

const permit2: Address = "0x000000000022d473030f116ddee9f6b43ac78ba3";
const moduleAbi = parseAbi(["function installModule(uint256 moduleType, address module, bytes data)"]);
/** `HostileToken.Answer.False`. */
const answersFalse = 2;
const tokenAbi = parseAbi([
  "function mint(address to, uint256 amount)",
  "function approve(address spender, uint256 amount)",
  "function setFee(uint256 bps)",
  "function setAnswers(uint8 transfer, uint8 approve)",
  "function deposit() payable",
  "function transfer(address to, uint256 amount)",
]);

/** A clone, a delegated EOA, tokens, a market, a policy and Permit2, with what each holder starts from. */
export async function deploySetting(
  rpc: Rpc,
  { manager, implementation, factory }: Latchkey,
  readArtifact: (name: string) => Promise<Artifact>,
): Promise<Setting> {
  async function deploy(name: string, args: readonly unknown[] = []): Promise<Address> {
    return deployArtifact(rpc, await readArtifact(name), args);
  }

  const clone = await createClone(rpc, factory);
  await delegate(rpc, actors.delegatedOwner, implementation);
  const safe = await createSafe(rpc, actors.owner, manager, (artifact, args) => deployArtifact(rpc, artifact, args));
  const erc7579 = await deploy("Erc7579Account", [actors.owner]);
  const install = encodeFunctionData({ abi: moduleAbi, functionName: "installModule", args: [2n, manager, "0x"] });
  await rpc.run({ from: actors.owner, to: erc7579, data: install });
  const taxed = await deploy("HostileToken");
  const refusing = await deploy("HostileToken");
  const wrapped = await deployArtifact(rpc, readWrappedNative(), []);
  const setting: Setting = {
    manager,
    accounts: [
      { address: clone, owner: actors.owner, kind: "sessionAccount", signs: true },
      { address: actors.delegatedOwner, owner: actors.delegatedOwner, kind: "sessionAccount", signs: true },
      { address: safe, owner: actors.owner, kind: "safe", signs: true },
      // It has no validator module.
      { address: erc7579, owner: actors.owner, kind: "erc7579", signs: false },
    ],
    tokens: [
      { address: await deploy("DemoToken", ["Coin", "COIN", 18]), feeBps: 0n, kind: "plain" },
      { address: await deploy("DemoToken", ["Dollar", "USD", 6]), feeBps: 0n, kind: "plain" },
      { address: taxed, feeBps: 500n, kind: "plain" },
      { address: refusing, feeBps: 0n, kind: "refusing" },
      { address: wrapped, feeBps: 0n, kind: "wrapped" },
    ],
    market: await deploy("MarketTarget"),
    policy: await deploy("ParityPolicy"),
    permit2,
  };
  const setFee = encodeFunctionData({ abi: tokenAbi, functionName: "setFee", args: [500n] });
  await rpc.run({ from: actors.deployer, to: taxed, data: setFee });
  await rpc.request("hardhat_setCode", permit2, readPermit2Code());
  await endow(rpc, setting);
  const refuseTransfers = encodeFunctionData({ abi: tokenAbi, functionName: "setAnswers", args: [answersFalse, 0] });
  await rpc.run({ from: actors.deployer, to: refusing, data: refuseTransfers });
  return setting;
}

export async function deployArtifact(
  rpc: Rpc,
  { abi, bytecode }: Artifact,
  args: readonly unknown[],
): Promise<Address> {
  const { contractAddress } = await rpc.run({
    from: actors.deployer,
    data: encodeDeployData({ abi, bytecode, args }),
  });
  if (contractAddress === null) throw new Error("A contract was not deployed");
  return contractAddress.toLowerCase() as Address;
}

async function createClone(rpc: Rpc, factory: Address): Promise<Address> {
  const call = { abi: sessionAccountFactoryAbi, args: [actors.owner, zeroHash] } as const;
  const create = encodeFunctionData({ ...call, functionName: "createAccount" });
  await rpc.run({ from: actors.deployer, to: factory, data: create });
  const data = await rpc.call({ to: factory, data: encodeFunctionData({ ...call, functionName: "getAddress" }) });
  const address = decodeFunctionResult({ ...call, functionName: "getAddress", data });
  return address.toLowerCase() as Address;
}

/** Makes an EOA a `SessionAccount` by EIP-7702. */
async function delegate(rpc: Rpc, authority: Address, to: Address): Promise<void> {
  const getNonce = async (address: Address) =>
    Number(await rpc.request<Hex>("eth_getTransactionCount", address, "latest"));
  const { signAuthorization } = getSigner(authority);
  if (signAuthorization === undefined) throw new Error(`${authority} signs no authorizations`);
  const authorization = await signAuthorization({ address: to, chainId: 0, nonce: await getNonce(authority) });
  const serialized = await getSigner(actors.deployer).signTransaction({
    type: "eip7702",
    chainId: Number(await rpc.request<Hex>("eth_chainId")),
    nonce: await getNonce(actors.deployer),
    to: authority,
    gas: 200_000n,
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
    authorizationList: [authorization],
  });
  await rpc.request<Hex>("eth_sendRawTransaction", serialized);
}

/** Permit2's runtime code, which its own tests put at its address in the same way. */
function readPermit2Code(): Hex {
  const path = "node_modules/@uniswap/v4-periphery/lib/permit2/test/utils/DeployPermit2.sol";
  const code = /hex"([0-9a-f]+)"/.exec(readFileSync(join(root, path), "utf8"))?.[1];
  if (code === undefined) throw new Error(`${path} holds no code`);
  return `0x${code}`;
}

/** WETH9 as Uniswap publishes it. */
function readWrappedNative(): Artifact {
  const path = "node_modules/@uniswap/v2-periphery/build/WETH9.json";
  const { abi, bytecode } = JSON.parse(readFileSync(join(root, path), "utf8")) as { abi: Abi; bytecode: string };
  return { abi, bytecode: `0x${bytecode.replace(/^0x/, "")}` };
}

async function endow(rpc: Rpc, setting: Setting): Promise<void> {
  for (const { token, holder, amount } of toEndowments(setting)) {
    if (token === native) {
      await rpc.request("hardhat_setBalance", holder, numberToHex(amount));
    } else if (getToken(setting, token).kind === "wrapped") {
      const deposit = encodeFunctionData({ abi: tokenAbi, functionName: "deposit" });
      await rpc.run({ from: actors.deployer, to: token, data: deposit, value: numberToHex(amount) });
      const data = encodeFunctionData({ abi: tokenAbi, functionName: "transfer", args: [holder, amount] });
      await rpc.run({ from: actors.deployer, to: token, data });
    } else {
      const data = encodeFunctionData({ abi: tokenAbi, functionName: "mint", args: [holder, amount] });
      await rpc.run({ from: actors.deployer, to: token, data });
    }
  }
  for (const { address } of setting.accounts) {
    const data = encodeFunctionData({ abi: tokenAbi, functionName: "approve", args: [address, unlimited] });
    for (const token of setting.tokens) await rpc.run({ from: actors.friend, to: token.address, data });
  }
}
