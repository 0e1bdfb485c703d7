import { quantiles } from '../../../domain/series/quantile.ts';
import type { CallSample } from '../samples.ts';
import type { LoadTargets } from './targets.ts';

/** Where a system stopped to hold its load. */
export type BreakingPoint = {
  /** The most calls per second that it answered well for a whole window. */
  sustainedPerSecond: number;
  /** When it broke and why; missing if it held. */
  broke?: { atMs: number; why: string };
};

/** A single slow window is a hiccup. */
const WINDOWS_IN_A_ROW = 2;
/** A window with fewer calls says nothing. */
const LEAST_CALLS = 20;

/** Goes through the run window by window, until two windows in a row are bad. */
export function breakingPoint(
  calls: readonly CallSample[],
  limits: LoadTargets['breakingPoint'],
): BreakingPoint {
  const start = calls[0]?.calledMs ?? 0;
  const lengthMs = limits.seconds * 1_000;
  const windows = Map.groupBy(calls, ({ calledMs }) => Math.floor((calledMs - start) / lengthMs));
  let sustainedPerSecond = 0;
  let bad = 0;
  for (const [at, window] of windows) {
    const why = window.length < LEAST_CALLS ? undefined : badOf(window, limits);
    if (why === undefined) {
      bad = 0;
      sustainedPerSecond = Math.max(sustainedPerSecond, window.length / limits.seconds);
      continue;
    }
    bad += 1;
    if (bad === WINDOWS_IN_A_ROW) {
      return { sustainedPerSecond, broke: { atMs: start + (at + 1) * lengthMs, why } };
    }
  }
  return { sustainedPerSecond };
}

function badOf(
  window: readonly CallSample[],
  { mostErrorShare, mostDecisionP95Ms }: LoadTargets['breakingPoint'],
): string | undefined {
  const errorShare = window.filter(({ isError }) => isError).length / window.length;
  if (errorShare > mostErrorShare) return `${(100 * errorShare).toFixed(0)} % of the calls failed`;
  const latencies = window.map(({ latencyMs }) => latencyMs);
  const p95 = quantiles(latencies, [0.95])[0] ?? 0;
  return p95 > mostDecisionP95Ms ? `the p95 of all calls was ${p95.toFixed(0)} ms` : undefined;
}
