import { grouped, textTable } from '../../bin/tools/text-table.ts';
import type { Verdict } from './judge-mutants.ts';
import { type Room, roomOf, ROOMS } from './sample-mutants.ts';

export type RoomRate = {
  room: Room | 'all';
  mutants: number;
  found: number;
  /** Found by the nearest test files; the others by further ones. */
  foundNear: number;
  rate: number;
  /** Wilson's interval at 95 %. */
  from: number;
  to: number;
};

/** The share of killed mutants, by room and in total. */
export function ratesOf(verdicts: readonly Verdict[]): RoomRate[] {
  const rateOf = (room: RoomRate['room'], among: readonly Verdict[]): RoomRate => {
    const foundCount = among.filter(({ foundBy }) => foundBy !== undefined).length;
    const foundNear = among.filter(({ foundBy }) => foundBy?.range === 'nearest').length;
    return {
      room,
      mutants: among.length,
      found: foundCount,
      foundNear,
      ...wilson(foundCount, among.length),
    };
  };
  const rooms = ROOMS.map((room) =>
    rateOf(
      room,
      verdicts.filter(({ mutant }) => roomOf(mutant.file) === room),
    ),
  );
  return [...rooms.filter(({ mutants }) => mutants > 0), rateOf('all', verdicts)];
}

const Z = 1.96;

/** E. B. Wilson, 1927: the interval stays within 0 and 1, even for small samples. */
export function wilson(kills: number, count: number): { rate: number; from: number; to: number } {
  if (count === 0) return { rate: 0, from: 0, to: 1 };
  const rate = kills / count;
  const center = (rate + Z ** 2 / (2 * count)) / (1 + Z ** 2 / count);
  const half =
    (Z / (1 + Z ** 2 / count)) * Math.sqrt((rate * (1 - rate)) / count + Z ** 2 / (4 * count ** 2));
  return { rate, from: Math.max(0, center - half), to: Math.min(1, center + half) };
}

/** Rates, the mutants that only further tests found, and each survivor with its change. */
export function mutationText(verdicts: readonly Verdict[]): string {
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  const table = textTable([
    ['', 'mutants', 'found', 'by nearest', 'by further', 'rate', '95 % interval'],
    ...ratesOf(verdicts).map(({ room, mutants, found, foundNear, rate, from, to }) => [
      room,
      grouped(mutants),
      grouped(found),
      grouped(foundNear),
      grouped(found - foundNear),
      percent(rate),
      `${percent(from)} to ${percent(to)}`,
    ]),
  ]);
  const survivors = verdicts.filter(({ foundBy }) => foundBy === undefined);
  const distant = verdicts.flatMap(({ mutant: { file, line }, foundBy }) =>
    foundBy?.range === 'further'
      ? [`${file}:${line} by ${foundBy.test}, ${foundBy.distance} imports away`]
      : [],
  );
  return [
    table,
    '',
    ...(distant.length > 0 ? ['Found by further tests only:', ...distant, ''] : []),
    `Survivors: ${survivors.length}`,
    ...survivors.map(survivorText),
  ].join('\n');
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** The place and change of a mutant that no test killed. */
export function survivorText({ mutant, ranFiles }: Verdict): string {
  const { file, line, operator, original, replacement } = mutant;
  const reached = ranFiles === 0 ? 'no test reaches it' : `${ranFiles} test files pass`;
  return `${file}:${line} ${operator}, ${reached}\n  - ${oneLine(original)}\n  + ${oneLine(replacement)}`;
}
