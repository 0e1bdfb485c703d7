import { mergedSketch, type Sketch, sketchOf } from './sketch.ts';

/** What is measured of a call. The list is closed, so no name from outside names a member. */
export const MEASURES = ['responseTime', 'cost', 'accuracy', 'throughput'] as const;
export type Measure = (typeof MEASURES)[number];

/** How many of a measure's smallest units are one: of milliseconds, USD, and output per second. */
export const UNITS_IN_ONE: Readonly<Record<Measure, number>> = {
  responseTime: 1_000,
  cost: 1_000_000_000,
  accuracy: 1_000_000,
  throughput: 1_000,
};

/** Whether the environment that served a call had to start for it. */
export const STARTS = ['cold', 'warm', 'unstated'] as const;
export type Start = (typeof STARTS)[number];

/** What one call measured, in smallest units: none is negative. */
export type Measurement = {
  system: string;
  atMs: number;
  start: Start;
  values: Partial<Readonly<Record<Measure, bigint>>>;
};

/** All values of a measure: their sketch, and their exact sum. */
export type Figures = { sketch: Sketch; sum: bigint };

/** What calls measured together. */
export type Summary = {
  /** How many calls there were. */
  calls: number;
  figures: ReadonlyMap<Measure, Figures>;
};

/** Calls of a system, with one kind of start, within one interval. */
export type IntervalSummary = Summary & { system: string; start: Start; intervalMs: number };

const INTERVAL_MS = 300_000;
/** Calls that are summed into one write, which may name 300 attributes at most. */
const MOST_IN_WRITE = 100;

/** The beginning of the five minutes that an instant is in. */
export const intervalOf = (atMs: number): number => Math.floor(atMs / INTERVAL_MS) * INTERVAL_MS;

/** Measurements by what is stored together. No part has more than 100 calls. */
export function summariesOf(measurements: readonly Measurement[]): IntervalSummary[] {
  const groups = Map.groupBy(measurements, ({ system, start, atMs }) =>
    JSON.stringify([system, start, intervalOf(atMs)]),
  );
  return [...groups.values()].flatMap((group) => {
    const parts: IntervalSummary[] = [];
    for (let at = 0; at < group.length; at += MOST_IN_WRITE) {
      const part = group.slice(at, at + MOST_IN_WRITE);
      const [first] = part;
      if (first) {
        const { system, start, atMs } = first;
        parts.push({ system, start, intervalMs: intervalOf(atMs), ...summaryOf(part) });
      }
    }
    return parts;
  });
}

function summaryOf(measurements: readonly Measurement[]): Summary {
  const figures = MEASURES.flatMap((measure) => {
    const values = measurements.flatMap((one) => one.values[measure] ?? []);
    if (values.length === 0) return [];
    const sum = values.reduce((total, value) => total + value, 0n);
    return [[measure, { sketch: sketchOf(values.map(Number)), sum }] as const];
  });
  return { calls: measurements.length, figures: new Map(figures) };
}

/** The summary of all calls of several. */
export function mergedSummary(summaries: readonly Summary[]): Summary {
  const figures = MEASURES.flatMap((measure) => {
    const parts = summaries.flatMap((summary) => summary.figures.get(measure) ?? []);
    if (parts.length === 0) return [];
    const sum = parts.reduce((total, part) => total + part.sum, 0n);
    return [[measure, { sketch: mergedSketch(parts.map(({ sketch }) => sketch)), sum }] as const];
  });
  return {
    calls: summaries.reduce((total, { calls }) => total + calls, 0),
    figures: new Map(figures),
  };
}
