import type { Address } from "viem";
import type { Setting } from "../reference/setting.ts";
import type { ModelState, SessionPlan } from "../reference/state.ts";
import type { Step } from "../reference/operation.ts";
import type { Actors } from "../driver/actors.ts";
import type { Random } from "./createRandom.ts";

/** A sequence in the making: what a generator may look at to find operations that matter. */
export type Draft = {
  random: Random;
  setting: Setting;
  actors: Actors;
  /** What the model says after the operations so far. */
  state: ModelState;
  /** Every session so far, granted or not. */
  plans: SessionPlan[];
  /** Steps that were signed, to be sent again. */
  signed: Step[];
};

/** `address` if somebody can act as it; sessions that may not be granted name some that nobody can. */
export function toActor({ actors, setting }: Draft, address: Address): Address {
  const isAble =
    Object.values<Address>(actors).includes(address) || setting.accounts.some((a) => a.address === address);
  return isAble ? address : actors.stranger;
}
