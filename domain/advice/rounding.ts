import { NANO_PER_USD, type NanoUsd } from '../money.ts';

/** Rounds up to a whole dollar, or to a cent below ten dollars. */
export function roundUp(amount: NanoUsd): NanoUsd {
  const step = amount >= 10n * NANO_PER_USD ? NANO_PER_USD : NANO_PER_USD / 100n;
  return ((amount + step - 1n) / step) * step;
}
