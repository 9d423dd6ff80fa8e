/** How the price of gas becomes a fee. */
export type GasPricing = {
  /** Added to what gas costs. */
  markupPercent: number;
  /** Smallest units of the fee's token that 10^18 wei are worth. */
  tokenPerNative: bigint;
  /** The least and the most that is asked for a million of gas, in the token's smallest unit. */
  perMillionGasMin: bigint;
  perMillionGasMax: bigint | undefined;
  /** How long a client may rely on what it is told. */
  quoteSeconds: number;
};

const wei = 10n ** 18n;

/** What a million of gas costs at `gasPrice` wei, in the token's smallest unit, rounded up and kept within the bounds. */
export function toGasFee(
  { markupPercent, tokenPerNative, perMillionGasMin, perMillionGasMax }: GasPricing,
  gasPrice: bigint,
): bigint {
  const numerator = gasPrice * 1_000_000n * BigInt(100 + markupPercent) * tokenPerNative;
  const divisor = 100n * wei;
  const price = (numerator + divisor - 1n) / divisor;
  const bounded = perMillionGasMax !== undefined && price > perMillionGasMax ? perMillionGasMax : price;
  return bounded > perMillionGasMin ? bounded : perMillionGasMin;
}
