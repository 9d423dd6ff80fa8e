import { setFlagsFromString } from "node:v8";

/**
 * What runs once an order is compiled to fast code after some hundred orders, not after thousands: by itself, V8 counts on
 * programs that call their hot functions far more often than a relayer gets orders.
 */
export function optimiseEarly(): void {
  for (const flag of [
    "--invocation-count-for-maglev=60",
    "--invocation-count-for-turbofan=600",
    "--minimum-invocations-after-ic-update=60",
  ]) {
    setFlagsFromString(flag);
  }
}
