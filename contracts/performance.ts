import * as z from 'zod';
import { formatUsd } from '../domain/money.ts';
import {
  type Figures,
  type Measure,
  type Measurement,
  type Start,
  STARTS,
  type Summary,
  UNITS_IN_ONE,
} from '../domain/performance/measurement.ts';
import { countIn, quantilesIn } from '../domain/performance/sketch.ts';
import {
  identifier,
  instant,
  instantText,
  milliseconds,
  perSecond,
  share,
  usd,
  usdText,
} from './fields.ts';
import { dateOrInstant } from './reports.ts';
import { defineRoute } from './route.ts';

const MOST_MEASUREMENTS = 50;
const SHARES = [0.5, 0.9, 0.95, 0.99];

const measurement = z
  .strictObject({
    at: instant.optional().meta({ description: 'When the call was made. Default: now' }),
    start: z.enum(['cold', 'warm']).optional().meta({
      description: 'Whether the environment that served it had to start for it',
    }),
    responseTimeMs: milliseconds.optional(),
    costUsd: usd.optional(),
    accuracy: share.optional().meta({ description: 'From 0 to 1, by whatever judges answers' }),
    throughputPerSecond: perSecond.optional().meta({
      description: 'What it put out in a second, such as tokens',
    }),
  })
  .refine(
    ({ responseTimeMs, costUsd, accuracy, throughputPerSecond }) =>
      [responseTimeMs, costUsd, accuracy, throughputPerSecond].some((one) => one !== undefined),
    'must have responseTimeMs, costUsd, accuracy or throughputPerSecond',
  )
  .meta({ id: 'Measurement' });

export const metricsBody = z
  .strictObject({
    system: identifier.meta({ description: 'The system that made the calls' }),
    userId: identifier.optional().meta({
      description:
        'Whose calls they were: needed by credentials that are limited to users; not kept',
    }),
    departmentId: identifier.optional().meta({
      description: 'The same for credentials that are limited to departments; not kept',
    }),
    measurements: z.array(measurement).min(1).max(MOST_MEASUREMENTS),
  })
  .meta({ id: 'MetricsInput' });

const figuresOf = <Value extends z.ZodType>(value: Value) => ({
  count: z.int().meta({ description: 'Calls that measured it' }),
  mean: value,
  p50: value.meta({ description: 'The median. Percentiles are within 1 % of a measured value' }),
  p90: value,
  p95: value,
  p99: value,
});
const numbers = z.object(figuresOf(z.number())).meta({ id: 'MetricFigures' });
const amounts = z.object(figuresOf(usdText)).meta({ id: 'MetricAmounts' });

const summary = {
  calls: z.int(),
  callsPerMinute: z.number(),
  responseTimeMs: numbers.optional(),
  costUsd: amounts.optional(),
  accuracy: numbers.optional(),
  throughputPerSecond: numbers.optional(),
};

export const metricsView = z
  .object({
    from: instantText.meta({ description: 'Measurements are kept by five minutes' }),
    to: instantText,
    items: z.array(
      z.object({
        system: z.string(),
        ...summary,
        byStart: z.array(z.object({ start: z.enum(STARTS), ...summary })).meta({
          description: 'The same apart: after a cold start, after a warm one, not stated',
        }),
      }),
    ),
  })
  .meta({ id: 'PerformanceMetrics' });

export const performanceRoutes = {
  trackMetrics: defineRoute({
    method: 'POST',
    path: '/performance/metrics',
    summary: `Report what calls of a system measured, up to ${MOST_MEASUREMENTS} at once`,
    idempotencyKey: 'remembered',
    roles: ['caller', 'operator', 'admin'],
    access: { subject: 'principals', in: 'body' },
    body: metricsBody,
    responses: {
      200: {
        description: 'They are counted: once, if the Idempotency-Key was sent before',
        schema: z.object({ accepted: z.int() }),
      },
    },
  }),
  getMetrics: defineRoute({
    method: 'GET',
    path: '/performance/metrics',
    summary: 'Response time, cost, accuracy and throughput of systems, in percentiles',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'organization' },
    query: z.strictObject({
      system: identifier.optional().meta({ description: 'Default: all systems' }),
      from: dateOrInstant.optional().meta({
        description:
          'Default: an hour before `to`. At most 35 days before it, or six hours without a system',
      }),
      to: dateOrInstant.optional().meta({ description: 'Exclusive. Default: now' }),
    }),
    responses: { 200: { description: 'By system', schema: metricsView } },
  }),
};

/** What a body reports, in smallest units. */
export const measurementsOf = (
  { measurements }: z.output<typeof metricsBody>,
  nowMs: number,
): Omit<Measurement, 'system'>[] =>
  measurements.map(({ at, start, responseTimeMs, costUsd, accuracy, throughputPerSecond }) => ({
    atMs: at ?? nowMs,
    start: start ?? 'unstated',
    values: {
      ...unitsOf('responseTime', responseTimeMs),
      ...(costUsd === undefined ? {} : { cost: costUsd }),
      ...unitsOf('accuracy', accuracy),
      ...unitsOf('throughput', throughputPerSecond),
    },
  }));

const unitsOf = (measure: Measure, value: number | undefined): Measurement['values'] =>
  value === undefined ? {} : { [measure]: BigInt(Math.round(value * UNITS_IN_ONE[measure])) };

/** The API's view of what systems measured. */
export const metricsViewOf = (metrics: {
  fromMs: number;
  toMs: number;
  systems: readonly {
    system: string;
    all: Summary;
    byStart: readonly { start: Start; summary: Summary }[];
  }[];
}): z.output<typeof metricsView> => {
  const minutes = (metrics.toMs - metrics.fromMs) / 60_000;
  return {
    from: new Date(metrics.fromMs).toISOString(),
    to: new Date(metrics.toMs).toISOString(),
    items: metrics.systems.map(({ system, all, byStart }) => ({
      system,
      ...summaryViewOf(all, minutes),
      byStart: byStart.map((part) => ({
        start: part.start,
        ...summaryViewOf(part.summary, minutes),
      })),
    })),
  };
};

function summaryViewOf({ calls, figures }: Summary, minutes: number) {
  const numbersOf = (measure: Measure) => {
    const part = figures.get(measure);
    return part && viewOf(part, (units) => significant(units / UNITS_IN_ONE[measure]));
  };
  const cost = figures.get('cost');
  return {
    calls,
    callsPerMinute: significant(calls / minutes),
    responseTimeMs: numbersOf('responseTime'),
    costUsd: cost && viewOf(cost, (units) => formatUsd(BigInt(Math.round(units)))),
    accuracy: numbersOf('accuracy'),
    throughputPerSecond: numbersOf('throughput'),
  };
}

function viewOf<Value>({ sum, sketch }: Figures, show: (units: number) => Value) {
  const count = countIn(sketch);
  const [p50 = 0, p90 = 0, p95 = 0, p99 = 0] = quantilesIn(sketch, SHARES);
  return {
    count,
    mean: show(Number(sum) / count),
    p50: show(p50),
    p90: show(p90),
    p95: show(p95),
    p99: show(p99),
  };
}

/** More digits than the percentiles are right to would only look exact. */
const significant = (value: number): number => Number(value.toPrecision(6));
