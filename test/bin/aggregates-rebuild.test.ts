import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { correctEntry } from '../../domain/ledger/correct-entry.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { postingsOf } from '../../domain/ledger/entry-postings.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { aggregatesOf, dayOf } from '../../domain/reporting/aggregates.ts';
import { createCachedAnalytics } from '../../services/analytics/cached-analytics.ts';
import { aggregatePostings } from '../../services/reporting/aggregate-postings.ts';
import { configFor, ENVIRONMENTS } from '../../lib/config.ts';
import { entryItem, entryKey } from '../../tables/ledger/entry-items.ts';
import { entryPut } from '../../tables/ledger/entry-writes.ts';
import { keyOf } from '../../tables/token-analytics/keys.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { silentTelemetry } from '../support/telemetry.ts';
import { damagedSum } from '../support/damaged-sum.ts';
import { runScript } from '../support/run-script.ts';
import { stored } from '../support/stored.ts';
import { rethrow } from '../support/nothing-apart.ts';
import { ENTRY_STORAGE } from '../support/world.ts';

const DAY = new Date().toISOString().slice(0, 10);
const START = Date.parse(DAY);

let store: EmbeddedStore;
let ofAda: Entry[] = [];
beforeAll(async () => {
  store = await startEmbeddedStore();
  await stored(store.db, stores(store.db).reportSettings.tagsReplacement('acme', ['team']));
  ofAda = await record(30, 'ada');
});
afterAll(() => store.close());

const rebuild = (...args: string[]) => rebuildFrom(DAY, ...args);
const rebuildFrom = (day: string, ...args: string[]) =>
  runScript('aggregates:rebuild', [
    ...args,
    '--from',
    day,
    '--endpoint',
    store.endpoint,
    '--prefix',
    store.tablePrefix,
  ]);

let made = 0;

function charge(over: Partial<Entry> = {}): Entry {
  made += 1;
  return {
    entryId: `event-${made}`,
    kind: 'charge',
    organizationId: 'acme',
    userId: 'ada',
    system: 'relaycore',
    model: 'amazon.nova-lite-v1:0',
    tags: { team: `team-${made % 3}` },
    state: 'settled',
    amountNanoUsd: 0n,
    chargedNanoUsd: 1_000_000_000n,
    usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0 },
    balances: [],
    occurredAtMs: START + (made % 20) * 3_600_000,
    closedAtMs: START + 86_000_000,
    version: 1,
    requestDigest: 'digest',
    ...over,
  };
}

const put = (entry: Entry) =>
  store.db.write({ ...entryPut(entry, ENTRY_STORAGE), condition: undefined });

async function deliver(postings: readonly Posting[]): Promise<void> {
  const deps = {
    usage: stores(store.db).usage,
    listedTags: stores(store.db).reportSettings.listedTags,
    suspend: rethrow,
    learn: async () => {},
    retentionDays: 400,
    telemetry: silentTelemetry(),
    now: () => START,
  };
  const { unrecorded } = await aggregatePostings(deps, postings);
  expect(unrecorded).toEqual([]);
}

/** Charges in the ledger that the stream has delivered. */
async function record(count: number, userId: string): Promise<Entry[]> {
  const entries = Array.from({ length: count }, () => charge({ userId }));
  for (const entry of entries) await put(entry);
  await deliver(entries.flatMap((entry) => postingsOf(undefined, entry)));
  return entries;
}

/** Increases one sum, deletes another, and invents a third. */
async function damage(): Promise<void> {
  const aggregate = {
    organizationId: 'acme',
    dimension: 'user',
    value: 'ada',
    granularity: 'daily',
    bucket: DAY,
  } as const;
  const fault = { costNanoUsd: 7n, requests: -1n };
  await store.db.write(damagedSum(aggregate, fault));
  const lost = { ...aggregate, dimension: 'tag:team', value: 'team-1' } as const;
  const table = 'token-analytics';
  await store.db.write({ kind: 'delete', table, key: keyOf(lost) });
  const madeUp = { ...aggregate, dimension: 'model', value: 'nobody-used-it' } as const;
  await store.db.write(damagedSum(madeUp, fault));
}

describe('npm run aggregates:rebuild', () => {
  test('finds nothing where nothing is wrong', async () => {
    const { code, stdout } = await rebuild('--check');
    expect(stdout).toMatch(/entries +30\nrecords +30\n.*different +0\n/s);
    expect(code).toBe(0);
  });

  test('finds what was damaged, and mends it while requests go on', async () => {
    await damage();
    const check = await rebuild('--check');
    expect(check.code).toBe(1);
    // The deleted sum is that of a day with ten hours.
    expect(check.stdout).toMatch(/different +13\nmended +0\n/);
    expect(check.stdout).toContain(`user#ada lacks costNanoUsd -7, requests 1`);
    expect(check.stdout).toContain(`model#nobody-used-it lacks costNanoUsd -7, requests 1`);
    expect(check.stdout).toContain(`tag:team#team-1 lacks costNanoUsd`);

    const mending = rebuild('--apply');
    const whenMended = mending.then(() => 'mended' as const);
    let recorded = 0;
    for (; recorded < 100; recorded += 1) {
      if ((await Promise.race([whenMended, record(1, 'grace')])) === 'mended') break;
    }
    expect(recorded).toBeGreaterThan(0);
    expect((await mending).stdout).toMatch(/mended +1[2-9]/);

    const again = await rebuild('--check');
    expect(again.stdout).toMatch(/different +0\n/);
    expect(again.code).toBe(0);
    const [ada] = await stores(store.db).analytics.getDays(
      { organizationId: 'acme', dimension: 'user', value: 'ada' },
      [DAY],
    );
    expect(ada?.measures).toEqual(
      aggregatesOf(ofAda.flatMap((entry) => postingsOf(undefined, entry))).find(
        ({ dimension, granularity }) => dimension === 'user' && granularity === 'daily',
      )?.measures,
    );
  });

  test('makes cached analytics old by mending, not by checking', async () => {
    const { db } = store;
    const cached = createCachedAnalytics({
      cache: stores(db).cache,
      audit: stores(db).audit,
      telemetry: silentTelemetry(),
      version: '1',
    });
    const { analytics } = stores(db);
    const costOf = (sums: 'days' | 'hours') =>
      cached.answer({ organizationId: 'acme', key: sums, sums, nowMs: START }, async () => {
        const [day] = await analytics.getDays(
          { organizationId: 'acme', dimension: 'user', value: 'ada' },
          [DAY],
        );
        return String(day?.measures.costNanoUsd);
      });
    const [right, hourlyCost] = [await costOf('days'), await costOf('hours')];
    await damage();
    expect((await rebuild('--check')).code).toBe(1);
    expect(await costOf('days')).toBe(right);
    await cached.invalidate({ organizationId: 'acme', actor: 'test', nowMs: START });
    expect(await costOf('days')).toBe(String(BigInt(right) + 7n));
    expect(await costOf('hours')).toBe(String(BigInt(hourlyCost) + 7n));

    await rebuild('--apply');
    expect(await costOf('days')).toBe(right);
    expect(await costOf('hours')).toBe(hourlyCost);
  });

  test('finds what the ledger holds and no report does, and records it once', async () => {
    const [lost, odd] = [charge({ userId: 'lost' }), charge({ organizationId: 'elsewhere' })];
    // Another system's event with the same ID is a different charge.
    const twin = { ...lost, userId: 'twin', system: 'automatrix' };
    await put(twin);
    await deliver(postingsOf(undefined, twin));
    const order = { correctionId: 'c', chargedNanoUsd: 4n, actor: 'a', reason: 'refund' };
    const refund = correctEntry(lost, order, START + 86_100_000);
    if (refund.kind !== 'change') throw new Error('not corrected');
    await put(refund.entry);
    await put(odd);
    const check = await rebuild('--check');
    expect(check.code).toBe(1);
    expect(check.stdout).toContain(`MISSING acme relaycore~${lost.entryId}.1 1.000000000 USD`);
    expect(check.stdout).toContain(`MISSING acme relaycore~${lost.entryId}.2 -0.999999996 USD`);
    expect(check.stdout).toContain(`MISSING elsewhere relaycore~${odd.entryId}.1 1.000000000 USD`);
    expect(check.stdout).toMatch(/ledger less usage 1\.000000004\n.*missing +3\nrecorded +0\n/s);

    const apply = await rebuild('--apply');
    expect(apply.stdout).toMatch(/ledger less usage 0\.000000000\n.*recorded +3\n/s);
    expect(apply.code).toBe(0);
    // The stream delivers it late.
    await deliver([...postingsOf(undefined, lost), ...postingsOf(lost, refund.entry)]);
    const again = await rebuild('--check');
    expect(again.stdout).toMatch(/usage less reports 0\.000000000\n.*missing +0\n/s);
    expect(again.code).toBe(0);
    const { analytics } = stores(store.db);
    const [sum] = await analytics.getDays(
      { organizationId: 'acme', dimension: 'user', value: 'lost' },
      [DAY],
    );
    expect(sum?.measures).toMatchObject({ costNanoUsd: 4n, requests: 1n, inputTokens: 10n });
  });

  test('finds usage records that no entry of the ledger made', async () => {
    const stray = charge({ organizationId: 'stray' });
    await deliver(postingsOf(undefined, stray));
    const { code, stdout } = await rebuild('--check', '--organization', 'stray');
    expect(stdout).toContain(`WITHOUT ENTRY relaycore~${stray.entryId}.1\n`);
    expect(stdout).toMatch(/without entry +1\n/);
    expect(code).toBe(1);
  });

  test('names records that do not add up to their entry, and an entry that cannot be read', async () => {
    const wrong = charge({ organizationId: 'wrong' });
    await put(wrong);
    await deliver(postingsOf(undefined, { ...wrong, chargedNanoUsd: 7n }));
    const damaged = charge({ organizationId: 'wrong' });
    await store.db.write({
      ...entryPut(damaged, ENTRY_STORAGE),
      item: { ...entryItem(damaged, ENTRY_STORAGE), chg: 'x' },
    });
    const { code, stdout } = await rebuild('--check', '--organization', 'wrong');
    expect(stdout).toContain(
      `FAULT ${wrong.entryId}: its usage records are 999999993 nano-dollars`,
    );
    expect(stdout).toContain('of table ledger is damaged: chg must be an integer, but is text.');
    expect(code).toBe(1);
    await store.db.write({ kind: 'delete', table: 'ledger', key: entryKey([], damaged) });
  });

  test('refuses days whose records may have expired, however an environment is configured', async () => {
    const days = Math.min(
      ...ENVIRONMENTS.map((environment) => configFor(environment).retentionDays),
    );
    const { code, stderr } = await rebuildFrom(
      dayOf(Date.now() - (days - 1) * 86_400_000),
      '--apply',
    );
    expect(stderr).toContain('records expire');
    expect(code).toBe(2);
  });

  test.each([
    [[], 'Use either --check or --apply'],
    [['--check', '--to', DAY], '--to must be later'],
    [['--check', '--to', 'monday'], '--to must be a day'],
    [['--apply', 'all'], '"all" is not understood'],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stderr } = await rebuild(...args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
