/** One output token at 5 USD per million. */
export const PRICED = 5_000n;
const CENT = 10_000_000n;
const DAY_MS = 86_400_000;

/**
 * How much of a stated cost balances count: at most the hold if it is far above the price, and at
 * least the hold if it is late.
 */
export function countedOf(
  {
    amount,
    expiresAtMs,
    isReleasing,
  }: { amount: bigint; expiresAtMs: number; isReleasing: boolean },
  cost: bigint,
  nowMs: number,
  priced: bigint,
) {
  const isFar = cost > 3n * priced && cost - priced > CENT;
  const most = amount > priced ? amount : priced;
  const counted = isFar && cost > most ? most : cost;
  const presumed = isReleasing ? 0n : amount;
  return nowMs - expiresAtMs > DAY_MS && counted < presumed ? presumed : counted;
}
