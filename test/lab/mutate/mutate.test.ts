import { runInThisContext } from 'node:vm';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { describe, expect, test } from 'vitest';
import { type Mutant, mutated, withProbes } from '../../../lab/mutate/mutation.ts';
import { mutationPoints } from '../../../lab/mutate/mutation-points.ts';
import { mutationText, ratesOf, wilson } from '../../../lab/mutate/mutation-report.ts';
import {
  MOST_FURTHER,
  type RelatedTest,
  relatedTests,
  SLOW,
} from '../../../lab/mutate/related-tests.ts';
import { runScript } from '../../support/run-script.ts';

const FILE = 'domain/example.ts';
const SOURCE = `
import { other } from './other.ts';
export { other as same } from './other.ts';
/** A comment of 3 > 2 words. */
type Level = 'low' | 'high';
const LIMITS: Record<string, number> = { low: 1, high: 20 };
const SIZES = ['small', 7n, ...other];
export function levelOf(amount: number, level?: Level): Level | undefined {
  if (!level && amount <= LIMITS.low) return undefined;
  telemetry.info('LOOKED', { level });
  note(level ?? 'low');
  for (let at = 0; at < SIZES.length; at += 1) other(at === 2 ? { amount } : 'b');
  throw new Error('there is no such level of anything');
}
`;
const points = mutationPoints(FILE, SOURCE);
const textOf = ({ start, end }: { start: number; end: number }): string => SOURCE.slice(start, end);
const changes = points.map(
  ({ operator, replaced, alternatives }) =>
    `${operator}: ${textOf(replaced)} → ${alternatives.join(' or ')}`,
);
const mutants = points.flatMap(({ alternatives, ...point }, at): Mutant[] =>
  alternatives.map((replacement) => ({
    ...point,
    line: 1,
    original: textOf(point.replaced),
    replacement,
    seed: 1,
    id: at,
  })),
);

describe('points of a text', () => {
  test.each([
    'boundary: amount <= LIMITS.low → amount < LIMITS.low',
    'boundary: at < SIZES.length → at <= SIZES.length',
    'condition: !level → level',
    'condition: at === 2 → at !== 2',
    'logic: !level && amount <= LIMITS.low → !level || amount <= LIMITS.low',
    "fallback: level ?? 'low' → level",
    'arithmetic: at += 1 → at -= 1',
    'constant: 20 → 21 or (19)',
    'constant: 7n → 8n or (6n)',
    "string: 'b' → ''",
    "call: note(level ?? 'low') → void 0",
    "element: 'small', → ",
    'element: ...other → ',
    'member: low: 1, → ',
    'member: amount → ',
  ])('are changed: %s', (change) => {
    expect(changes).toContain(change);
  });

  test('skip types, imports, comments, logs and prose', () => {
    const text = changes.join('\n');
    for (const unlike of ['./other.ts', 'LOOKED', 'there is no', '3 > 2', "'high'"]) {
      expect(text).not.toContain(unlike);
    }
  });

  test('make programs that parse, each another one', () => {
    const texts = mutants.map((mutant) => mutated(SOURCE, mutant));
    for (const text of texts) expect(parseSync(FILE, text).errors).toEqual([]);
    expect(new Set([SOURCE, ...texts]).size).toBe(texts.length + 1);
  });
});

test('probes of all points at once leave a program that parses, and name each point', () => {
  const probes = points.map((point, id) => ({
    ...point,
    id,
    seed: 1,
    line: 1,
    original: '',
    replacement: '',
  }));
  const text = withProbes(SOURCE, probes);
  expect(parseSync(FILE, text).errors).toEqual([]);
  for (const { id } of probes) expect(text).toContain(`purserMutantReached?.(${id})`);
});

test('probes note what is reached, and change no result', () => {
  const source = '((a, b) => (a > b ? [a - b, ...[b]] : { a }))';
  const probed = withProbes(
    source,
    mutationPoints('a.ts', source).map((point, id) => ({
      ...point,
      id,
      seed: 1,
      line: 1,
      original: '',
      replacement: '',
    })),
  );
  const reached = new Set<number>();
  Object.assign(globalThis, { purserMutantReached: (id: number) => reached.add(id) });
  const call = (text: string, ...args: number[]): unknown =>
    (runInThisContext(`(${text})`) as (...given: number[]) => unknown)(...args);
  expect(call(probed, 3, 1)).toEqual(call(source, 3, 1));
  const first = reached.size;
  expect(call(probed, 1, 3)).toEqual(call(source, 1, 3));
  expect(reached.size).toBeGreaterThan(first);
  Object.assign(globalThis, { purserMutantReached: undefined });
});

describe('related tests', () => {
  const related = relatedTests(join(import.meta.dirname, '../../..'), 8);
  const namesOf = (tests: readonly RelatedTest[]): string[] => tests.map(({ test: name }) => name);

  test('are the nearest by import, also where a module is named at run time', () => {
    const nearest = related.nearest('domain/money.ts');
    expect(nearest[0]).toEqual({ test: 'test/domain/money.test.ts', distance: 1 });
    expect(nearest.slice(0, 8)).toEqual(related.all('domain/money.ts').slice(0, 8));
    expect(namesOf(related.nearest('lambdas/budgets/handler.ts'))).toContain(
      'test/lambdas/advice-requests.test.ts',
    );
    const all = namesOf(related.all('domain/money.ts'));
    expect(all.filter((name) => name.startsWith('test/e2e/'))).toEqual([]);
  });

  test('further away come after the nearest, slow ones last, up to a limit', () => {
    const file = 'services/reporting/redrive.ts';
    const further = related.further(file);
    expect(namesOf(further)).toContain('test/bin/aggregates-redrive.test.ts');
    const near = new Set(namesOf(related.nearest(file)));
    expect(namesOf(further).filter((name) => near.has(name))).toEqual([]);
    const isSlow = namesOf(further).map((name) => SLOW.test(name));
    expect(isSlow.lastIndexOf(false)).toBeLessThan(isSlow.indexOf(true));
    expect(related.further('domain/money.ts')).toHaveLength(MOST_FURTHER);
  });

  test.each([
    ['domain/catalog/direct-models.ts', 'test/domain/recorded-data.test.ts'],
    ['domain/tokens/fitted-tokenizers.ts', 'test/domain/recorded-data.test.ts'],
    ['domain/access/key.ts', 'test/contracts/limits.test.ts'],
    ['services/flags.ts', 'test/services/freshness.test.ts'],
    ['contracts/thresholds.ts', 'test/lambdas/examples.test.ts'],
  ])('of %s include %s, however far it is', (file, name) => {
    expect(namesOf(related.nearest(file))).toContain(name);
    expect(related.nearest(file).length).toBeLessThanOrEqual(8 + 7);
  });
});

test('rates are of each room and of all, with the interval of Wilson', () => {
  const verdicts = mutants.slice(0, 4).map((mutant, at) => ({
    mutant: at === 0 ? { ...mutant, file: 'services/a.ts' } : mutant,
    ranFiles: 1,
    ...(at < 3
      ? {
          foundBy: {
            test: 'a.test.ts',
            failure: 'b',
            distance: at,
            range: at < 2 ? ('nearest' as const) : ('further' as const),
          },
        }
      : {}),
  }));
  expect(ratesOf(verdicts)).toMatchObject([
    { room: 'domain', mutants: 3, found: 2, foundNear: 1 },
    { room: 'services', mutants: 1, found: 1, foundNear: 1 },
    { room: 'all', mutants: 4, found: 3, foundNear: 2, rate: 0.75 },
  ]);
  expect(mutationText(verdicts)).toContain('by a.test.ts, 2 imports away');
  expect(wilson(90, 100).from).toBeCloseTo(0.8256, 4);
  expect(wilson(90, 100).to).toBeCloseTo(0.9448, 4);
  expect(wilson(0, 0)).toEqual({ rate: 0, from: 0, to: 1 });
});

test.each([
  [[], 'Choose a --seed'],
  [['--seed', '1', '--again', 'a.json'], 'or --again FILE'],
  [['--seed', '1', '--room', 'cellar'], 'Choose a --room of domain'],
  [['--seed', '1', '--points', '0'], '--points must be a whole number'],
])('npm run mutate refuses %j', async (args, message) => {
  const { code, stderr } = await runScript('mutate', args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});
