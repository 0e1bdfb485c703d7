import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Posting } from '../../../domain/ledger/posting.ts';
import { aggregatePostings } from '../../../services/reporting/aggregate-postings.ts';
import { currentCosts } from '../../../services/reporting/current-costs.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { NOON, postingWith } from '../../support/postings.ts';
import { silentTelemetry } from '../../support/telemetry.ts';
import { rethrow } from '../../support/nothing-apart.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SYSTEMS = ['automatrix', 'relaycore'] as const;

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

async function record(postings: Posting[]): Promise<void> {
  const { usage } = stores(store.db);
  const telemetry = silentTelemetry();
  await aggregatePostings(
    {
      usage,
      learn: async () => {},
      suspend: rethrow,
      retentionDays: 90,
      telemetry,
      now: () => NOON,
    },
    postings,
  );
}

/**
 * One dollar per hour on the days before today and until noon today, with `times` requests each.
 */
function steadyDays(organizationId: string, days: number, times: number): Posting[] {
  const midnight = Math.floor(NOON / DAY_MS) * DAY_MS;
  const hours = Array.from({ length: days * 24 + 13 }, (_, hour) => hour);
  return hours.flatMap((hour) =>
    Array.from({ length: times }, () =>
      postingWith({
        organizationId,
        system: SYSTEMS[hour % 2] ?? 'relaycore',
        occurredAtMs: midnight - days * DAY_MS + hour * HOUR_MS + 60_000,
        amountNanoUsd: 1_000_000_000n / BigInt(times),
      }),
    ),
  );
}

const costsOf = (
  organizationId: string,
  scope = 'organization',
  scopeId = organizationId,
  timeZone = 'UTC',
) =>
  currentCosts(
    { analytics: stores(store.db).analytics },
    { organizationId, nowMs: NOON },
    { scope: scope as 'organization', scopeId, timeZone },
  );

const usd = (dollars: number): bigint => BigInt(Math.round(dollars * 1e9));

describe('current costs', () => {
  test('are of the hour, the day and the month, with what day and month will cost', async () => {
    await record(steadyDays('steady', 8, 1));
    const { hour, day, month, shares } = await costsOf('steady');
    expect(hour).toEqual({ startsAtMs: Date.parse('2026-11-21T12:00:00Z'), spentNanoUsd: usd(1) });
    expect(day).toMatchObject({ spentNanoUsd: usd(13), basis: 'same-hours', days: 7 });
    expect(month).toMatchObject({
      spentNanoUsd: usd(8 * 24 + 13),
      basis: 'same-weekdays',
      days: 7,
    });
    // Half an hour of this hour's dollar is not yet due.
    expect(Number(day.expectedNanoUsd) / 1e9).toBeCloseTo(24.74, 2);
    expect(month.expectedNanoUsd - day.expectedNanoUsd).toBe(usd((8 + 9) * 24));
    expect(shares?.system).toEqual([
      { key: 'automatrix', id: 'automatrix', hourNanoUsd: usd(1), dayNanoUsd: usd(7) },
      { key: 'relaycore', id: 'relaycore', hourNanoUsd: 0n, dayNanoUsd: usd(6) },
    ]);
    expect(shares?.model.map(({ dayNanoUsd }) => dayNanoUsd)).toEqual([usd(13)]);
  });

  test('are read in proportion to days and values, never to requests', async () => {
    await record(steadyDays('few', 8, 1));
    await record(steadyDays('many', 8, 4));
    const unitsOf = async (organizationId: string) => {
      store.takeConsumed();
      await costsOf(organizationId);
      return store.takeConsumed();
    };
    // 28 days and today with their hours; a day by system and by model.
    const few = { readUnits: 29 / 2 + 2 / 2, writeUnits: 0 };
    expect(await unitsOf('few')).toEqual(few);
    expect(await unitsOf('many')).toEqual(few);
  });

  test.each([
    // Noon of 21 November: 13:30, 22:30, and 18:00 of a day that began at 00:30 of its clocks.
    ['Europe/Berlin', '2026-11-20T23:00:00Z', '2026-10-31T23:00:00Z', 14],
    ['Asia/Tokyo', '2026-11-20T15:00:00Z', '2026-10-31T15:00:00Z', 22],
    ['Asia/Kolkata', '2026-11-20T19:00:00Z', '2026-10-31T19:00:00Z', 18],
    ['America/New_York', '2026-11-21T05:00:00Z', '2026-11-01T04:00:00Z', 8],
  ])('are of the day and month of %s', async (timeZone, day, month, hours) => {
    await record(steadyDays(`of ${timeZone}`, 8, 1));
    const costs = await costsOf(`of ${timeZone}`, 'organization', `of ${timeZone}`, timeZone);
    expect(costs.timeZone).toBe(timeZone);
    expect(costs.day.span.startsAtMs).toBe(Date.parse(day));
    expect(costs.day.spentNanoUsd).toBe(usd(hours));
    expect(costs.month.span.startsAtMs).toBe(Date.parse(month));
    expect(costs.month.spentNanoUsd).toBe(usd(8 * 24 + 13));
    expect(costs.hour.spentNanoUsd).toBe(usd(1));
    // All days are alike, one dollar per hour, but half of this hour's dollar is not yet due.
    const expected = Number(costs.day.expectedNanoUsd) / 1e9;
    expect(expected).toBeGreaterThan(24);
    expect(expected).toBeLessThan(25);
    const shares = costs.shares?.system.reduce((sum, { dayNanoUsd }) => sum + dayNanoUsd, 0n);
    expect(shares).toBe(usd(hours));
  });

  test('are of one scope where one is named, without shares', async () => {
    await record([postingWith({ organizationId: 'scoped', userId: 'bob', amountNanoUsd: 5n })]);
    await record([postingWith({ organizationId: 'scoped', userId: 'ada', amountNanoUsd: 3n })]);
    const costs = await costsOf('scoped', 'user', 'bob');
    expect(costs).toMatchObject({ scope: { scope: 'user', scopeId: 'bob' } });
    expect(costs.day).toMatchObject({ spentNanoUsd: 5n, basis: 'run-rate', days: 0 });
    expect(costs.shares).toBeUndefined();
  });

  test('do not take the day on which spending began for a whole one', async () => {
    await record([
      postingWith({ organizationId: 'young', occurredAtMs: NOON - DAY_MS, amountNanoUsd: 100n }),
      postingWith({ organizationId: 'young', amountNanoUsd: 10n }),
    ]);
    expect((await costsOf('young')).day.basis).toBe('run-rate');
  });

  test('without usage are zero', async () => {
    const { day, month, shares } = await costsOf('idle');
    expect([day.expectedNanoUsd, month.expectedNanoUsd]).toEqual([0n, 0n]);
    expect(shares).toEqual({ system: [], model: [] });
  });

  test('of another organization are not found', async () => {
    await expect(costsOf('mine', 'organization', 'other')).rejects.toMatchObject({
      kind: 'not-found',
    });
  });
});
