const MOST = 3;
/** A name is near if at least this part of its letter pairs agrees. */
const LEAST_LIKENESS = 0.4;

/**
 * The names that resemble one most, the most similar first, compared by the pairs of letters that
 * they have in common (Dice, Measures of the amount of ecologic association, 1945).
 */
export function nearNames(name: string, names: readonly string[]): string[] {
  const pairs = pairsOf(name);
  return [...new Set(names)]
    .map((other) => ({ other, likeness: likenessOf(pairs, pairsOf(other)) }))
    .filter(({ likeness }) => likeness >= LEAST_LIKENESS)
    .toSorted((left, right) => right.likeness - left.likeness)
    .slice(0, MOST)
    .map(({ other }) => other);
}

function pairsOf(name: string): Set<string> {
  const letters = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return new Set(
    Array.from({ length: Math.max(letters.length - 1, 0) }, (_, at) => letters.slice(at, at + 2)),
  );
}

function likenessOf(left: Set<string>, right: Set<string>): number {
  const all = left.size + right.size;
  return all === 0 ? 0 : (2 * left.intersection(right).size) / all;
}
