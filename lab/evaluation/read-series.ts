import { z } from 'zod';
import type { LabelledHours } from './figures/anomaly-figures.ts';
import type { DailySeries } from './figures/forecast-figures.ts';
import { parsedJson } from '../../domain/gateway/translation/reading.ts';
import { type DataFolder, UnreadableDataError } from './data-folder.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Without a training folder, this share of a series only trains. */
const TRAINED_SHARE = 0.5;

/** Values by bucket (day or hour since 1970) of each series of a file. */
export type Buckets = Map<string, Map<number, number[]>>;

export const isDailyFile = (file: string): boolean => /^daily_series.*\.csv(?:\.gz)?$/.test(file);
export const isHourlyFile = (file: string): boolean =>
  /^anomaly_series.*\.csv(?:\.gz)?$/.test(file);
export const isWindowsFile = (file: string): boolean =>
  /^anomaly_windows.*\.json(?:\.gz)?$/.test(file);

/**
 * Reads daily series, preceded by a training folder's earlier days.
 * @throws UnreadableDataError for unknown columns or values
 */
export async function readDailySeries(
  { folder, train }: { folder: DataFolder; train?: DataFolder | undefined },
  file: string,
  trainFile: string | undefined,
): Promise<DailySeries[]> {
  const layout = { time: 'day', bucketMs: DAY_MS } as const;
  const own = await readBuckets(folder, file, layout);
  const before =
    train && trainFile !== undefined ? await readBuckets(train, trainFile, layout) : undefined;
  return [...own].map(([name, buckets]) => {
    const { values, ownFrom } = inOrder(buckets, before?.get(name));
    const testedFrom = ownFrom > 0 ? ownFrom : Math.floor(values.length * TRAINED_SHARE);
    return { name, days: values, testedFrom };
  });
}

/**
 * Reads hourly series, averaging the values of each hour, with the folder's labeled windows.
 * @throws UnreadableDataError for unknown columns, values or windows
 */
export async function readLabelledHours(
  folder: DataFolder,
  file: string,
): Promise<LabelledHours[]> {
  const own = await readHours(folder, file);
  const windows = new Map<string, [string, string][]>();
  for (const name of folder.files.filter(isWindowsFile)) {
    for (const [series, found] of await readWindows(folder, name)) windows.set(series, found);
  }
  return [...own].map(([name, buckets]) => {
    const first = Math.min(...buckets.keys());
    const hourOf = (text: string): number => instantOf(text) / HOUR_MS - first;
    return {
      name,
      hours: inOrder(buckets).values,
      windows: (windows.get(name) ?? []).map(([from, to]) => ({
        from: hourOf(from),
        to: hourOf(to),
      })),
    };
  });
}

const windowsFile = z.record(z.string(), z.array(z.tuple([z.string(), z.string()])));

/**
 * Reads labeled windows by series.
 * @throws UnreadableDataError for another content
 */
export async function readWindows(
  folder: DataFolder,
  file: string,
): Promise<Map<string, [string, string][]>> {
  let text = '';
  for await (const line of folder.lines(file)) text += `${line}\n`;
  const read = windowsFile.safeParse(parsedJson(text));
  if (!read.success) {
    throw new UnreadableDataError(`${file} needs [start, end] pairs by series`);
  }
  return new Map(Object.entries(read.data));
}

/**
 * Reads the values of each hour by series.
 * @throws UnreadableDataError for unknown columns or values
 */
export const readHours = (folder: DataFolder, file: string): Promise<Buckets> =>
  readBuckets(folder, file, { time: 'timestamp', bucketMs: HOUR_MS });

async function readBuckets(
  folder: DataFolder,
  file: string,
  { time, bucketMs }: { time: 'day' | 'timestamp'; bucketMs: number },
): Promise<Buckets> {
  const series: Buckets = new Map();
  let positions: { series: number; time: number; value: number } | undefined;
  let number = 0;
  for await (const line of folder.lines(file)) {
    number += 1;
    if (line.trim() === '') continue;
    const cells = cellsOf(line);
    if (!positions) {
      positions = {
        series: cells.indexOf('series'),
        time: cells.indexOf(time),
        value: cells.indexOf('value'),
      };
      const absent = Object.entries(positions).find(([, position]) => position < 0);
      if (absent) {
        const column = absent[0] === 'time' ? time : absent[0];
        throw new UnreadableDataError(`${file} has no column ${column}`);
      }
      continue;
    }
    const text = cells[positions.value] ?? '';
    if (text === '') continue;
    const bucket = Math.floor(instantOf(cells[positions.time] ?? '') / bucketMs);
    const value = Number(text);
    if (!Number.isFinite(bucket) || !Number.isFinite(value)) {
      throw new UnreadableDataError(`${file}, line ${number}: needs a ${time} and a value`);
    }
    const name = cells[positions.series] ?? '';
    const buckets = series.get(name) ?? new Map<number, number[]>();
    series.set(name, buckets.set(bucket, [...(buckets.get(bucket) ?? []), value]));
  }
  return series;
}

/** Cells of a CSV line. A quoted cell may contain commas. */
const cellsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    (quoted ?? plain ?? '').trim(),
  );

/** All buckets from first to last, after the earlier ones of `before`. */
function inOrder(
  own: ReadonlyMap<number, number[]>,
  before: ReadonlyMap<number, number[]> = new Map(),
): { values: (number | undefined)[]; ownFrom: number } {
  const ownFirst = Math.min(...own.keys());
  const first = Math.min(ownFirst, ...before.keys());
  const last = Math.max(...own.keys());
  const values = Array.from({ length: last - first + 1 }, (_, index) => {
    const bucket = first + index;
    const bucketValues = own.get(bucket) ?? (bucket < ownFirst ? before.get(bucket) : undefined);
    return (
      bucketValues && bucketValues.reduce((sum, value) => sum + value, 0) / bucketValues.length
    );
  });
  return { values, ownFrom: ownFirst - first };
}

/** Times without a zone are UTC. */
const instantOf = (text: string): number =>
  Date.parse(
    /Z$|[+-]\d\d:?\d\d$/.test(text) || text.length <= 10 ? text : `${text.replace(' ', 'T')}Z`,
  );
