import { createScope, type Limit, type LimitKind } from "@latchkey/sdk";
import { type Address, encodeFunctionData, parseAbi, parseEther } from "viem";
import { createChain } from "./chain.ts";
import { abis, deployRouters } from "./deployRouters.ts";
import { accountAbis, executorType, type TestAccount } from "./createAccounts.ts";
import { deployLatchkey, type Latchkey } from "./latchkey.ts";

export type Setting = Awaited<ReturnType<typeof createSetting>>;

export const one = parseEther("1");
export const payee: Address = "0x0000000000000000000000000000000000009a7e";
export const increment = encodeFunctionData({ abi: parseAbi(["function increment()"]), functionName: "increment" });

/** Of a day. */
export function toLimit(token: Address, amount: bigint, kind: LimitKind = "gross"): Limit {
  return { token, amount, period: 86_400, approveAbove: 0n, kind };
}

/**
 * Before the tests of this `describe`: Uniswap, Permit2, Latchkey and one account that has admitted the manager, with
 * 1000 of each token and 100 ether. After each test everything is as it was.
 */
export function useSetting(create: (latchkey: Latchkey) => Promise<TestAccount>): () => Setting {
  let setting: Setting | undefined;
  let restore: (() => Promise<void>) | undefined;
  before(async () => {
    setting = await createSetting(create);
    const snapshot = await setting.chain.networkHelpers.takeSnapshot();
    restore = async () => snapshot.restore();
  });
  afterEach(async () => restore?.());
  return () => {
    if (!setting) throw new Error("The setting exists in tests only");
    return setting;
  };
}

async function createSetting(create: (latchkey: Latchkey) => Promise<TestAccount>) {
  const chain = await createChain();
  const routers = await deployRouters(chain);
  const latchkey = await deployLatchkey(chain);
  const account = await create(latchkey);
  const transfers = createScope({ target: routers.usd, function: "transfer(address,uint256)" });

  /** As the module of a Safe, or the executor module of an ERC-7579 account. */
  async function install(module: Address): Promise<void> {
    const data =
      account.kind === "safe"
        ? encodeFunctionData({ abi: accountAbis.safe, functionName: "enableModule", args: [module] })
        : encodeFunctionData({
            abi: accountAbis.erc7579,
            functionName: "installModule",
            args: [executorType, module, "0x"],
          });
    await account.act(account.address, data);
  }

  async function balanceOf(token: Address, owner: Address): Promise<bigint> {
    return (await chain.read(token, abis.token, "balanceOf", [owner])) as bigint;
  }

  /** Ten dollars a day to anyone. */
  async function grantTransfers() {
    return latchkey.grant(account, [transfers], [toLimit(routers.usd, one * 10n)]);
  }

  function toTransfer(amount: bigint) {
    const data = encodeFunctionData({ abi: abis.token, functionName: "transfer", args: [payee, amount] });
    return { scope: transfers, data };
  }

  if (account.kind !== "sessionAccount") await install(latchkey.manager);
  for (const token of [routers.usd, routers.dai, routers.other])
    await chain.call(chain.deployer, token, abis.token, "mint", [account.address, one * 1000n]);
  await chain.networkHelpers.setBalance(account.address, one * 1100n);
  await chain.send(account.address, routers.weth, "0xd0e30db0", one * 1000n);
  return { chain, routers, latchkey, account, transfers, install, balanceOf, grantTransfers, toTransfer };
}
