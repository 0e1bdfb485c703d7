import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { CommandError } from '../../bin/tools/command-line.ts';
import { dataFolder } from '../../bin/tools/local-run-files.ts';
import { textTable } from '../../bin/tools/text-table.ts';
import {
  CHANGE_LIMITS,
  type ChangePoint,
  changePoints,
  LEAST_RUNS,
} from '../regressions/change-points.ts';
import { seededRandom } from '../traces/seeded-random.ts';
import { type BenchRequest, figuresJson } from './subject.ts';

const line = z.object({
  at: z.iso.datetime(),
  isQuick: z.boolean(),
  numbers: z.record(z.string(), z.number()),
  figures: z.unknown(),
});

/** A run of a subject, as its history keeps it. */
export type BenchRun = z.output<typeof line>;

/** Only runs of the same size are compared. */
export type RunKind = Pick<BenchRequest, 'isQuick' | 'numbers'>;

/** The file with a subject's runs, oldest first. */
export const historyFile = (subject: string): string =>
  join(dataFolder(), 'bench', `${subject}.jsonl`);

/** Adds a run to its subject's history. */
export async function keepRun(
  subject: string,
  run: RunKind & { at: Date; figures: unknown },
): Promise<void> {
  const file = historyFile(subject);
  await mkdir(dirname(file), { recursive: true });
  const text = figuresJson({ ...run, at: run.at.toISOString() });
  await appendFile(file, `${JSON.stringify(JSON.parse(text))}\n`);
}

/**
 * The runs of a subject of this size, oldest first; none if it has no history yet.
 * @throws CommandError if the file holds something else
 */
export async function runsOf(subject: string, kind: RunKind): Promise<BenchRun[]> {
  const file = historyFile(subject);
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((row) => row !== '')
    .map((row, index) => parsedRun(row, `${file}, line ${index + 1}`))
    .filter(
      ({ isQuick, numbers }) =>
        isQuick === kind.isQuick && isDeepStrictEqual(numbers, kind.numbers),
    );
}

function parsedRun(row: string, place: string): BenchRun {
  try {
    return line.parse(JSON.parse(row));
  } catch {
    throw new CommandError(`${place}, is no run of a benchmark. Correct or delete it.`);
  }
}

/** A figure that changed for good, and when. */
type FigureChange = ChangePoint & { figure: string; since: string };

/** What the history tells, in at most 80 columns. */
export function historyText(subject: string, runs: readonly BenchRun[]): string {
  const head = `${subject}: ${runs.length} runs in its history`;
  if (runs.length < LEAST_RUNS) {
    return `${head}. With fewer than ${LEAST_RUNS}, a change cannot be told from chance.`;
  }
  const series = figureSeries(runs);
  const changes = [...series].flatMap(([figure, values]) => changesOf(figure, values));
  const percent = `${100 * CHANGE_LIMITS.leastChange} %`;
  const chance = (series.size * CHANGE_LIMITS.mostPValue).toFixed(1);
  const examined = `${series.size} figures were examined; ${chance} of them may show a change by chance.`;
  if (changes.length === 0) {
    return [`${head}. No figure changed for good by ${percent} or more.`, examined].join('\n');
  }
  return [
    `${head}. These figures changed for good:`,
    '',
    textTable([
      ['figure', 'since', 'before', 'after', 'change', 'p'],
      ...changes.map(({ figure, since, before, after, change, pValue }) => [
        figure.length > 34 ? `…${figure.slice(-33)}` : figure,
        since.slice(0, 10),
        rounded(before),
        rounded(after),
        `${change > 0 ? '+' : ''}${(100 * change).toFixed(1)} %`,
        pValue.toFixed(3),
      ]),
    ]),
    '',
    examined,
  ].join('\n');
}

type DatedValue = { at: string; value: number };

/** Numbers by their path in the figures. */
function figureSeries(runs: readonly BenchRun[]): Map<string, DatedValue[]> {
  const series = new Map<string, DatedValue[]>();
  for (const { at, figures } of runs) {
    for (const [figure, value] of numbersIn(figures, '')) {
      series.set(figure, [...(series.get(figure) ?? []), { at, value }]);
    }
  }
  return series;
}

function numbersIn(part: unknown, path: string): [string, number][] {
  if (typeof part === 'number') return Number.isFinite(part) ? [[path, part]] : [];
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([name, inner]) =>
    numbersIn(inner, path === '' ? name : `${path}.${name}`),
  );
}

function changesOf(figure: string, values: readonly DatedValue[]): FigureChange[] {
  const points = changePoints(
    values.map(({ value }) => value),
    seededRandom(1),
  );
  return (points ?? []).map((point) => ({ ...point, figure, since: values[point.at]?.at ?? '' }));
}

const rounded = (value: number): string => String(Number(value.toPrecision(4)));
