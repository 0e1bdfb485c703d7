/**
 * An organization's max-min share of a capacity: what modest organizations leave unused is split
 * equally among those that need more. The share is never below an equal part of the capacity, so
 * nobody who stays below that is refused because of others.
 * @param demands recent demand of every active organization, including this one
 * @param capacity what all of them share; all numbers count requests
 */
export function fairShare(
  demands: ReadonlyMap<string, number>,
  organizationId: string,
  capacity: number,
): number {
  const others = [...demands].filter(([id]) => id !== organizationId).map(([, demand]) => demand);
  let remainder = capacity;
  let sharing = others.length + 1;
  for (const demand of others.toSorted((a, b) => a - b)) {
    const equal = Math.floor(remainder / sharing);
    if (demand > equal) return equal;
    remainder -= demand;
    sharing -= 1;
  }
  return remainder;
}
