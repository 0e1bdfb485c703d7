/**
 * The max-min share of one organization of a capacity: what those who ask for little leave unused is
 * shared equally by those who ask for more. Never less than an equal part of the capacity, so nobody
 * who stays below that is refused because of others.
 * @param demands what every active organization asked for lately, this one included
 * @param capacity what all of them may have together; all numbers count requests
 */
export function fairShare(
  demands: ReadonlyMap<string, number>,
  organizationId: string,
  capacity: number,
): number {
  const others = [...demands].filter(([id]) => id !== organizationId).map(([, demand]) => demand);
  let left = capacity;
  let sharing = others.length + 1;
  for (const demand of others.toSorted((a, b) => a - b)) {
    const equal = Math.floor(left / sharing);
    if (demand > equal) return equal;
    left -= demand;
    sharing -= 1;
  }
  return left;
}
