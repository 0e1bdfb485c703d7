import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { recountingOn } from '../../../bin/tools/recounting.ts';
import { dayOf } from '../../../domain/reporting/aggregates.ts';
import type { Posting } from '../../../domain/ledger/posting.ts';
import { aggregatePostings } from '../../../services/reporting/aggregate-postings.ts';
import { rebuildDay } from '../../../services/reporting/rebuild-aggregates.ts';
import { damagedSum } from '../../support/damaged-sum.ts';
import { ONE_SHARD } from '../../../domain/reporting/usage-shards.ts';
import { keyOf } from '../../../tables/token-analytics/keys.ts';
import { createTokenUsageStore } from '../../../tables/token-usage/token-usage.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { NOON, postingWith } from '../../support/postings.ts';
import { silentTelemetry } from '../../support/telemetry.ts';
import { rethrow } from '../../support/nothing-apart.ts';

const DAY = dayOf(NOON);

let store: EmbeddedStore;
let organizationId = '';
let organizations = 0;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
beforeEach(() => {
  organizationId = `rebuilt-${(organizations += 1)}`;
});
afterAll(() => store.close());

async function record(facts: Partial<Posting> = {}): Promise<void> {
  const { unrecorded } = await aggregatePostings(
    {
      usage: createTokenUsageStore(store.db, ONE_SHARD),
      learn: async () => {},
      suspend: rethrow,
      retentionDays: 400,
      telemetry: silentTelemetry(),
      now: () => NOON,
    },
    [postingWith({ organizationId, ...facts })],
  );
  expect(unrecorded).toEqual([]);
}

/** Adds one record between two reads of an hour, `times` times. */
function rebuilding(times: number) {
  const deps = recountingOn(store.db, '');
  const pauses: number[] = [];
  let reads = 0;
  let recorded = 0;
  return {
    pauses,
    deps: {
      ...deps,
      usage: {
        ...deps.usage,
        listByOrganizationHour: async (
          ...args: Parameters<typeof deps.usage.listByOrganizationHour>
        ) => {
          const isSecondRead = args[1].endsWith('T12') && (reads += 1) % 2 === 0;
          if (isSecondRead && recorded < times) {
            recorded += 1;
            await record();
          }
          return deps.usage.listByOrganizationHour(...args);
        },
      },
      pause: async (ms: number) => void pauses.push(ms),
    },
  };
}

test.each([0, 1, 3])(
  'a day whose records change %i times is compared once more for each',
  async (times) => {
    await record();
    const { deps, pauses } = rebuilding(times);
    const rebuilt = await rebuildDay(deps, organizationId, DAY, false);
    expect(rebuilt).toMatchObject({
      records: times + 1,
      differences: [],
      unsettled: [],
      mended: 0,
    });
    expect(rebuilt.recordedNanoUsd).toBe(rebuilt.summedNanoUsd);
    expect(pauses).toEqual(Array(times).fill(250));
  },
);

test('a day that keeps changing is abandoned after twelve comparisons, naming what is unsettled', async () => {
  await record();
  const { deps, pauses } = rebuilding(100);
  const { unsettled } = await rebuildDay(deps, organizationId, DAY, false);
  expect(unsettled).toContainEqual(expect.stringContaining('user#ada'));
  expect(pauses).toHaveLength(11);
});

test('what was added to a sum is taken back at once, and the day is compared again', async () => {
  await record();
  const aggregate = {
    organizationId,
    dimension: 'user',
    value: 'ada',
    granularity: 'daily',
    bucket: DAY,
  } as const;
  await store.db.write(damagedSum(aggregate, { costNanoUsd: 7n }));
  const { deps, pauses } = rebuilding(0);
  const checked = await rebuildDay(deps, organizationId, DAY, false);
  expect(checked).toMatchObject({ mended: 0, differences: [{ missing: { costNanoUsd: -7n } }] });
  expect(pauses).toEqual([]);
  const mended = await rebuildDay(deps, organizationId, DAY, true);
  expect(mended).toMatchObject({ mended: 1, differences: [{ missing: { costNanoUsd: -7n } }] });
  expect(pauses).toEqual([250]);
  expect((await rebuildDay(deps, organizationId, DAY, false)).differences).toEqual([]);
});

test.each([
  ['user', 'ada'],
  ['session', 'run-1'],
  ['delivery', 'drained'],
] as const)('a lost sum of a %s is stored again as it was', async (dimension, value) => {
  await record({ sessionId: 'run-1', delivery: 'drained' });
  const table = 'token-analytics';
  const key = keyOf({ organizationId, dimension, value, granularity: 'daily', bucket: DAY });
  const { opd: _, ...before } = (await store.db.get({ table, key })) ?? {};
  await store.db.write({ kind: 'delete', table, key });
  const { deps } = rebuilding(0);
  await rebuildDay({ ...deps, now: () => NOON }, organizationId, DAY, true);
  expect(await store.db.get({ table, key })).toEqual({ ...before, ver: expect.anything() });
});
