import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SeededRandom, seededRandom } from '../traces/seeded-random.ts';
import { type Mutant, mutated, type MutationPoint } from './mutation.ts';
import { mutationPoints } from './mutation-points.ts';

export const ROOMS = ['domain', 'contracts', 'services', 'tables', 'lambdas'] as const;
export type Room = (typeof ROOMS)[number];

/** Simulation, exploration and properties have their own mutants for these. */
const LEDGER = /^(?:domain|tables)\/ledger\//;

export const roomOf = (file: string): Room =>
  ROOMS.find((room) => file.startsWith(`${room}/`)) ?? 'domain';

/** Every point of the rooms, in order of files and places. */
export function pointsOf(root: string, rooms: readonly Room[]): MutationPoint[] {
  return globSync(`{${rooms.join(',')},}/**/*.ts`, { cwd: root })
    .filter((file) => rooms.some((room) => file.startsWith(`${room}/`)) && !LEDGER.test(file))
    .toSorted()
    .flatMap((file) => mutationPoints(file, readFileSync(join(root, file), 'utf8')));
}

type Drawing = {
  compiles: (file: string, text: string) => boolean;
  onDrawn: (mutants: number) => void;
};

/**
 * Draws points uniformly until `count` of them have a change that compiles. A change that does not
 * compile could never ship, so it does not count.
 */
export function sampleMutants(
  root: string,
  points: readonly MutationPoint[],
  { count, seed, firstId }: { count: number; seed: number; firstId: number },
  { compiles, onDrawn }: Drawing,
): Mutant[] {
  const random = seededRandom(seed);
  const mutants: Mutant[] = [];
  for (const { alternatives, ...point } of shuffled(points, random)) {
    if (mutants.length === count) break;
    const source = readFileSync(join(root, point.file), 'utf8');
    const candidates = shuffled(alternatives, random).map((replacement) => ({
      ...point,
      seed,
      id: firstId + mutants.length,
      line: source.slice(0, point.replaced.start).split('\n').length,
      original: source.slice(point.replaced.start, point.replaced.end),
      replacement,
    }));
    const mutant = candidates.find((candidate) => compiles(point.file, mutated(source, candidate)));
    if (mutant) mutants.push(mutant);
    onDrawn(mutants.length);
  }
  return mutants;
}

/** Fisher and Yates. */
function shuffled<Item>(items: readonly Item[], random: SeededRandom): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other] as Item, result[last] as Item];
  }
  return result;
}
