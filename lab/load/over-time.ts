import { quantiles } from '../../domain/series/quantile.ts';
import type { CallSample } from './samples.ts';

/** A part of a run. */
export type LoadMoment = {
  atMs: number;
  perSecond: number;
  errorsPerSecond: number;
  p50Ms: number;
  p95Ms: number;
};

const MOST_MOMENTS = 120;

/** The run in up to 120 parts of whole seconds. */
export function loadOverTime(calls: readonly CallSample[]): LoadMoment[] {
  const start = calls[0]?.calledMs ?? 0;
  const seconds = ((calls.at(-1)?.calledMs ?? 0) - start) / 1_000;
  const part = Math.max(1, Math.ceil(seconds / MOST_MOMENTS));
  const parts = Map.groupBy(calls, ({ calledMs }) => Math.floor((calledMs - start) / 1_000 / part));
  return [...parts].map(([index, of]) => {
    const latencies = of.map(({ latencyMs }) => latencyMs);
    const [p50Ms = 0, p95Ms = 0] = quantiles(latencies, [0.5, 0.95]);
    return {
      atMs: start + (index + 0.5) * part * 1_000,
      perSecond: of.length / part,
      errorsPerSecond: of.filter(({ isError }) => isError).length / part,
      p50Ms,
      p95Ms,
    };
  });
}
