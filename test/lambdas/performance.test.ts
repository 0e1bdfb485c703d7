import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { performanceServices } from '../../composition/performance.ts';
import { createHandler } from '../../lambdas/performance/handler.ts';
import { MOST_SYSTEMS } from '../../tables/performance-metrics.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON, postingWith } from '../support/postings.ts';
import { testWorld } from '../support/world.ts';
import { measurementOf } from '../../domain/performance/posting-measurement.ts';

const POST = 'POST /performance/metrics';
const GET = 'GET /performance/metrics';

const NOW = NOON + 90_000;

let store: EmbeddedStore;
let handler: unknown;
let keeper: ReturnType<typeof performanceServices>['keeper'];
let tests = 0;
let organizationId = '';
const world = testWorld(() => NOW);
beforeAll(async () => {
  store = await startEmbeddedStore();
  const services = performanceServices(store.db, world);
  ({ keeper } = services);
  handler = createHandler({ ...world, ...services });
});
beforeEach(() => {
  organizationId = `acme-${(tests += 1)}`;
});
afterAll(() => store.close());

const report = (measurements: readonly object[], more: object = {}) =>
  call(handler, POST, {
    organizationId,
    role: 'caller',
    body: { system: 'relaycore', measurements },
    ...more,
  });
const ask = (query: Record<string, string> = {}) =>
  call(handler, GET, { organizationId, role: 'viewer', query });
const times = (count: number, measurement: object) =>
  Array.from({ length: count }, () => measurement);

describe('metrics of callers', () => {
  it('are told in percentiles, by system, cold and warm apart', async () => {
    await report([
      ...times(18, { start: 'warm', responseTimeMs: 100, costUsd: '0.002', accuracy: 0.9 }),
      { start: 'cold', responseTimeMs: 4_000, throughputPerSecond: 40 },
      { responseTimeMs: 0, costUsd: '0.00' },
    ]);
    const { status, json } = await ask();
    expect(status).toBe(200);
    const [item] = json['items'] as Record<string, unknown>[];
    expect(json).toMatchObject({
      from: '2026-11-21T11:30:00.000Z',
      to: '2026-11-21T12:31:30.000Z',
    });
    expect(item).toMatchObject({
      system: 'relaycore',
      calls: 20,
      callsPerMinute: 0.325203,
      responseTimeMs: {
        count: 20,
        mean: 290,
        p50: expect.closeTo(100, -0.3),
        p99: expect.closeTo(100, -0.3),
      },
      costUsd: { count: 19, mean: '0.001894737' },
      accuracy: { count: 18, mean: 0.9 },
      throughputPerSecond: { count: 1, mean: 40 },
      byStart: [
        {
          start: 'cold',
          calls: 1,
          responseTimeMs: { mean: 4_000, p50: expect.closeTo(4_000, -2) },
        },
        { start: 'warm', calls: 18, costUsd: { mean: '0.002000000' } },
        {
          start: 'unstated',
          calls: 1,
          responseTimeMs: { p50: 0, p99: 0 },
          costUsd: { p50: '0.000000000' },
        },
      ],
    });
    expect(json['items']).toHaveLength(1);
  });

  it('of any range are those of its parts together', async () => {
    const at = (minutes: number) => new Date(NOON - minutes * 60_000).toISOString();
    await report(
      [1, 90, 1_500, 40_000].map((minutes) => ({ at: at(minutes), responseTimeMs: minutes })),
    );
    const callsSince = async (minutes: number): Promise<unknown> => {
      const { json } = await ask({ system: 'relaycore', from: at(minutes) });
      return (json['items'] as { calls: number }[])[0]?.calls;
    };
    expect(await Promise.all([10, 100, 2_000, 45_000].map(callsSince))).toEqual([1, 2, 3, 4]);
    expect((await ask({ system: 'automatrix' })).json['items']).toEqual([]);
  });

  it('count once if they are sent again with their key', async () => {
    const headers = { 'idempotency-key': 'report-1' };
    const measurements = [{ responseTimeMs: 5 }, { responseTimeMs: 7 }];
    await Promise.all(times(4, {}).map(() => report(measurements, { headers })));
    await report([{ responseTimeMs: 9 }]);
    const other = await report([{ responseTimeMs: 9 }], { headers });
    expect(other.status).toBe(409);
    const { json } = await ask();
    expect(json['items']).toMatchObject([{ calls: 3, responseTimeMs: { mean: 7 } }]);
  });

  it('take a write unit in one report, and no read once their system is taken in', async () => {
    await report([{ responseTimeMs: 5 }]);
    store.takeConsumed();
    await report(times(50, { responseTimeMs: 5, costUsd: '0.01' }));
    expect(store.takeConsumed()).toEqual({ readUnits: 0, writeUnits: 1 });
  });

  it('are refused where they cannot be kept', async () => {
    const refused: [body: object, field: string][] = [
      [{ measurements: [{}] }, 'measurements[0]'],
      [{ measurements: [{ accuracy: 1.5 }] }, 'measurements[0].accuracy'],
      [{ measurements: [{ accuracy: 1, at: '2026-11-21T12:45:00Z' }] }, 'measurements[0].at'],
      [{ measurements: [{ accuracy: 1, at: '2026-10-01T12:45:00Z' }] }, 'measurements[0].at'],
      [{ measurements: times(51, { accuracy: 1 }) }, 'measurements'],
      [{ measurements: [{ accuracy: 1, constructor: 3 }] }, 'measurements[0].constructor'],
    ];
    for (const [body, field] of refused) {
      const { status, json } = await report([], { body: { system: 'relaycore', ...body } });
      expect([status, json['errors']]).toMatchObject([400, [{ field }]]);
    }
    const periods: Record<string, string>[] = [
      { from: '2026-11-21T00:00:00Z' },
      { to: '2026-11-21', from: '2026-11-21' },
    ];
    for (const query of periods) {
      expect((await ask(query)).status).toBe(400);
    }
    expect((await ask()).json['items']).toEqual([]);
  });

  it('are kept of so many systems and no more', async () => {
    for (let at = 0; at < MOST_SYSTEMS; at += 1) {
      await store.db.write({
        kind: 'update',
        table: 'performance-metrics',
        key: { pk: organizationId, sk: 'systems' },
        update: 'ADD systems :name',
        values: { ':name': new Set([`system-${at}`]) },
      });
    }
    const { status, json } = await report([{ accuracy: 1 }]);
    expect([status, json['errors']]).toMatchObject([400, [{ field: 'system' }]]);
  });

  it('may be reported with limited credentials for their own system', async () => {
    const limits = { systems: ['relaycore'] };
    expect((await report([{ accuracy: 1 }], { limits })).status).toBe(200);
    const body = { system: 'automatrix', measurements: [{ accuracy: 1 }] };
    expect((await report([], { limits, body })).status).toBe(403);
    expect((await call(handler, GET, { organizationId, limits })).status).toBe(403);
  });
});

describe('settled calls', () => {
  const measured = (facts: Parameters<typeof postingWith>[0]) =>
    [measurementOf(postingWith({ organizationId, ...facts }))].flatMap((measurement) =>
      measurement === undefined ? [] : [{ organizationId, measurement }],
    );

  it('are metrics, too, and corrections are none', async () => {
    await keeper.keep([
      ...measured({
        occurredAtMs: NOON - 1_000,
        latencyMs: 500,
        quality: 0.8,
        amountNanoUsd: 3_000_000n,
      }),
      ...measured({ occurredAtMs: NOON - 2_000, latencyMs: undefined, amountNanoUsd: 1_000_000n }),
      ...measured({ kind: 'correction', requests: 0, amountNanoUsd: -5n }),
      ...measured({ kind: 'presumption' }),
      ...measured({ occurredAtMs: NOON - 36 * 86_400_000 }),
    ]);
    const { json } = await ask();
    expect(json['items']).toMatchObject([
      {
        calls: 2,
        costUsd: { count: 2, mean: '0.002000000' },
        responseTimeMs: { count: 1, mean: 500 },
        accuracy: { mean: 0.8 },
        throughputPerSecond: { mean: 400 },
      },
    ]);
  });

  it('that cannot be kept are logged, and nothing else fails', async () => {
    const failing = () => Promise.reject(new Error('no store'));
    const quiet = testWorld(() => NOW);
    const broken = performanceServices({ ...store.db, write: failing }, quiet);
    await broken.keeper.keep(measured({ occurredAtMs: NOON }));
    expect(quiet.telemetry.lines.map(({ code }) => code)).toEqual(['METRICS_NOT_KEPT']);
  });
});
