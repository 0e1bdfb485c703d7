/**
 * A series without its gaps: an unknown value is taken from as long before as a season is, or from
 * right before, or is nothing.
 */
export function withoutGaps(values: readonly (number | undefined)[], season = 7): number[] {
  const filled: number[] = [];
  for (const value of values) {
    filled.push(value ?? filled.at(-season) ?? filled.at(-1) ?? 0);
  }
  return filled;
}
