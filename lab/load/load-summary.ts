import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Verdict } from './artillery.ts';
import { grouped, milliseconds, textTable } from '../../bin/tools/text-table.ts';
import { ownValue } from '../../domain/own-value.ts';

const latency = z.object({
  count: z.number(),
  mean: z.number(),
  p50: z.number(),
  p95: z.number(),
  p99: z.number(),
});
const results = z.object({
  aggregate: z.object({
    counters: z.record(z.string(), z.number()),
    rates: z.record(z.string(), z.number()),
    firstMetricAt: z.number().optional(),
    lastMetricAt: z.number().optional(),
    summaries: z.record(z.string(), z.record(z.string(), z.number())),
  }),
});

/** A load run's figures and verdict. */
export type LoadSummary = {
  seconds: number;
  requestsPerSecond: number;
  endpoints: { name: string; perSecond: number; latency: z.output<typeof latency> }[];
  decisions: [string, number][];
  errors: [string, number][];
  verdicts: Verdict[];
  /** Every required threshold passed. */
  passed: boolean;
};

const ENDPOINT = 'plugins.metrics-by-endpoint.response_time.';
const DECISION = 'purser.decisions.';
const ERRORS = ['purser.errors.', 'errors.'];

/** Reads Artillery's JSON. */
export async function loadSummary(path: string, verdicts: Verdict[]): Promise<LoadSummary> {
  const { aggregate } = results.parse(JSON.parse(await readFile(path, 'utf8')));
  const seconds = ((aggregate.lastMetricAt ?? 0) - (aggregate.firstMetricAt ?? 0)) / 1_000;
  const metrics = [
    { name: 'all', metric: 'http.response_time' },
    ...Object.keys(aggregate.summaries)
      .filter((metric) => metric.startsWith(ENDPOINT))
      .map((metric) => ({ name: metric.slice(ENDPOINT.length), metric })),
  ];
  return {
    seconds,
    requestsPerSecond: (aggregate.counters['http.requests'] ?? 0) / seconds,
    endpoints: metrics.flatMap(({ name, metric }) => {
      const parsed = latency.safeParse(ownValue(aggregate.summaries, metric)).data;
      return parsed ? [{ name, perSecond: parsed.count / seconds, latency: parsed }] : [];
    }),
    decisions: countersFrom(aggregate.counters, [DECISION]),
    errors: countersFrom(aggregate.counters, ERRORS),
    verdicts,
    passed: verdicts.every(({ passed, optional }) => passed || optional),
  };
}

/** Formats the summary in at most 80 columns. */
export function loadText(summary: LoadSummary): string {
  const { endpoints, decisions, errors, verdicts, requestsPerSecond } = summary;
  return [
    '',
    textTable([
      ['', 'requests', 'per s', 'mean ms', 'p50 ms', 'p95 ms', 'p99 ms'],
      ...endpoints.map(({ name, perSecond, latency: { count, mean, p50, p95, p99 } }) => [
        name,
        grouped(count),
        perSecond.toFixed(1),
        ...[mean, p50, p95, p99].map(milliseconds),
      ]),
    ]),
    '',
    `${requestsPerSecond.toFixed(1)} requests/s (the platform's target is above 100; shown only)`,
    `decisions: ${listed(decisions)}`,
    `errors: ${listed(errors)}`,
    '',
    ...verdicts.map(
      ({ condition, passed, optional }) =>
        `${passed ? 'holds ' : 'FAILED'}  ${condition.replace(ENDPOINT, '')}${optional ? ' (shown only)' : ''}`,
    ),
    '',
    summary.passed ? 'PASSED' : 'FAILED',
  ].join('\n');
}

const countersFrom = (
  counters: Record<string, number>,
  prefixes: readonly string[],
): [string, number][] =>
  Object.entries(counters)
    .filter(([name]) => prefixes.some((prefix) => name.startsWith(prefix)))
    .map(([name, count]) => {
      const prefix = prefixes.find((candidate) => name.startsWith(candidate)) ?? '';
      return [name.slice(prefix.length), count];
    });

const listed = (counts: readonly [string, number][]): string =>
  counts.length === 0
    ? 'none'
    : counts.map(([name, count]) => `${grouped(count)} ${name}`).join(', ');
