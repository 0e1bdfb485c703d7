/**
 * Fills the gaps of a series. An unknown value becomes the one from a season earlier, else the
 * previous value, else 0.
 */
export function withoutGaps(values: readonly (number | undefined)[], season = 7): number[] {
  const filled: number[] = [];
  for (const value of values) {
    filled.push(value ?? filled.at(-season) ?? filled.at(-1) ?? 0);
  }
  return filled;
}
