import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTableChanges } from '../../aws/table-changes.ts';
import { fromImages } from '../../aws/stream-record.ts';
import { eventServices } from '../../composition/alerts.ts';
import { ledgerCheckServices } from '../../composition/reservations.ts';
import { stores } from '../../composition/stores.ts';
import { EVENT_DETAILS, type EventDetail } from '../../contracts/events.ts';
import type { PurserEvent } from '../../domain/events/purser-event.ts';
import { createHandler as createCheckLedger } from '../../lambdas/check-ledger/handler.ts';
import { createHandler } from '../../lambdas/publish-events/handler.ts';
import { eventOfItem, wokenBy } from '../../services/events/event-of-item.ts';
import { jobCodec, type StoredJob } from '../../tables/jobs/jobs.ts';
import { balanceItem } from '../../tables/ledger/budget-items.ts';
import { untouchedBalance } from '../../domain/ledger/budget.ts';
import { type Item, StoreUnavailableError } from '../../tables/dynamodb.ts';
import { DEPLOYMENT, NOON_MS } from '../support/alerts.ts';
import {
  changesOptions,
  type EmbeddedStore,
  startEmbeddedStore,
} from '../support/embedded-store.ts';
import { silentTelemetry } from '../support/telemetry.ts';
import { ENTRY_STORAGE } from '../support/world.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

let put: EventDetail[] = [];
/** How many more puts the bus refuses. */
let refusals = 0;
let nowMs = NOON_MS;
beforeEach(() => {
  [put, refusals, nowMs] = [[], 0, NOON_MS];
});

/** Organizations whose jobs were woken. */
const woken: string[] = [];

const publisher = () => {
  const telemetry = silentTelemetry();
  const handler = createHandler({
    ...eventServices(store.db, { telemetry, now: () => nowMs }),
    deployment: DEPLOYMENT,
    bus: {
      async put(detail) {
        refusals -= 1;
        if (refusals >= 0) throw new Error('the bus is down');
        put.push(detail);
      },
    },
    wokenBy: fromImages((_, after) => wokenBy(after)),
    eventOf: fromImages((_, after) => eventOfItem(after)),
    wakeJobs: async (organizationId) => void woken.push(organizationId),
  });
  return { telemetry, deliver: (...Records: DynamoDBRecord[]) => handler({ Records }) };
};

let sequence = 0;
const keysOf = ({ pk, sk, organizationId, jobId }: Item): Item =>
  jobId === undefined ? { pk, sk } : { organizationId, jobId };
const recordOf = (item: Item): DynamoDBRecord => ({
  eventName: 'INSERT',
  dynamodb: {
    SequenceNumber: String((sequence += 1)),
    Keys: marshall(keysOf(item), { removeUndefinedValues: true }) as never,
    NewImage: marshall(item, { removeUndefinedValues: true }) as never,
  },
});

const eventOf = (dedupKey: string): PurserEvent => ({
  kind: 'ledger_violation',
  organizationId: 'acme',
  dedupKey,
  atMs: NOON_MS,
  severity: 'critical',
  title: 'The ledger does not add up',
  data: { balance: 'user/ada/daily/2026-11-21', violation: 'headroom' },
});

/** Items of events that wait, whose key begins so. */
async function waiting(prefix: string): Promise<Item[]> {
  const { items } = await store.db.scan({ table: 'alert-deliveries' });
  return items.filter(({ pk }) => String(pk).startsWith(prefix));
}

test('an event that waits is put once, however often the stream delivers it', async () => {
  await stores(store.db).deliveries.addEvent(eventOf('once'), NOON_MS);
  await stores(store.db).deliveries.addEvent(eventOf('once'), NOON_MS + 1);
  const records = (await waiting('acme#once')).map(recordOf);
  expect(records).toHaveLength(1);
  const { deliver } = publisher();
  expect(await deliver(...records)).toEqual({ batchItemFailures: [] });
  expect(await deliver(...records, ...records)).toEqual({ batchItemFailures: [] });
  expect(put).toHaveLength(1);
  expect(EVENT_DETAILS.ledger_violation.safeParse(put[0]).error).toBeUndefined();
  // What was put is not stored anew.
  await stores(store.db).deliveries.addEvent(eventOf('once'), NOON_MS + 2);
  const [item] = await waiting('acme#once');
  expect(item?.['state']).toBe('sent');
});

test('what the bus refuses is delivered again, from the first one, and nothing is lost', async () => {
  const names = ['a', 'b', 'c', 'd'].map((name) => `again-${name}`);
  for (const name of names) await stores(store.db).deliveries.addEvent(eventOf(name), NOON_MS);
  const records = (await waiting('acme#again')).map(recordOf);
  const { deliver, telemetry } = publisher();
  refusals = 2;
  const { batchItemFailures } = await deliver(...records);
  expect(batchItemFailures).toHaveLength(1);
  expect(put).toHaveLength(2);
  const from = records.findIndex(
    ({ dynamodb }) => dynamodb?.SequenceNumber === batchItemFailures[0]?.itemIdentifier,
  );
  expect(await deliver(...records.slice(from))).toEqual({ batchItemFailures: [] });
  expect(new Set(put.map(({ id }) => id)).size).toBe(4);
  expect(put).toHaveLength(4);
  expect(telemetry.lines.map(({ code }) => code)).toContain('EVENT_NOT_PUT');
});

test('a run that died is followed by another one, with the same id', async () => {
  await stores(store.db).deliveries.addEvent(eventOf('died'), NOON_MS);
  const [record] = (await waiting('acme#died')).map(recordOf);
  if (!record) throw new Error('no record');
  await stores(store.db).deliveries.claim(
    { of: 'acme#died', to: String((await waiting('acme#died'))[0]?.['sk']) },
    NOON_MS,
  );
  expect((await publisher().deliver(record)).batchItemFailures).toHaveLength(1);
  nowMs += 60_000;
  expect((await publisher().deliver(record)).batchItemFailures).toEqual([]);
  expect(put).toHaveLength(1);
});

/** A job as the table of jobs stores it. */
const jobItem = (over: Partial<StoredJob>): Item => ({
  ...jobCodec.encode({
    organizationId: 'acme',
    jobId: '0193a3b0-0000-7000-8000-000000000001',
    kind: 'call',
    state: 'failed',
    userId: 'ada',
    system: 'relaycore',
    model: 'amazon.nova-lite-v1:0',
    severity: 'low',
    expectedNanoUsd: 5n,
    amountNanoUsd: 9n,
    tokens: 10,
    submitter: { actor: 'key-1', role: 'caller' },
    submittedAtMs: NOON_MS - 90_000,
    deadlineMs: NOON_MS + 90_000,
    runAfterMs: NOON_MS - 90_000,
    turns: 1,
    attempts: 1,
    requestDigest: 'digest',
    version: 3,
    ...over,
  }),
});

test('the end of a job is put once with its cost, and without the words of its provider', async () => {
  const ended = {
    cause: 'refused',
    reason: 'temperature: "sum up my secrets" is no number',
    costNanoUsd: 2_000_000n,
    endedAtMs: NOON_MS,
  } as const;
  const { deliver } = publisher();
  const waits = jobItem({ state: 'queued' });
  const again = jobItem({ ...ended, turns: 2 });
  const records = [waits, jobItem(ended), jobItem({ ...ended, version: 4 }), again].map(recordOf);
  expect(await deliver(...records)).toEqual({ batchItemFailures: [] });
  expect(put.map(({ data }) => data['turns'])).toEqual(['1', '2']);
  expect(EVENT_DETAILS.job_finished.parse(put[0]).data).toMatchObject({
    jobId: waits['jobId'],
    state: 'failed',
    reason: 'refused',
    costUsd: '0.002000000',
    ageSeconds: '90',
  });
  expect(JSON.stringify(put)).not.toContain('secrets');
});

const entry: Item = {
  pk: 'acme',
  sk: '2026-11-21#000000001',
  organizationId: 'acme',
  actor: 'key-1',
  action: 'budget.put',
  target: 'user/ada/daily',
  after: { limitUsd: '5.000000000' },
  atMs: NOON_MS,
  day: '2026-11-21',
  sequence: 1,
  sha256: 'a',
  previousSha256: 'b',
};

test('an entry of the audit log about a budget is put; its head and other entries are not', async () => {
  const head = { pk: 'acme', sk: 'head', day: '2026-11-21', sequence: 1, sha256: 'a' };
  const other = { ...entry, action: 'flag.put', target: 'forecasts' };
  const { deliver } = publisher();
  const records = [entry, head, other].map(recordOf);
  expect(await deliver(...records)).toEqual({ batchItemFailures: [] });
  expect(put.map(({ kind, data }) => [kind, data['change']])).toEqual([['budget_changed', 'set']]);
});

test.each([
  ['control.reversed', ['acme']],
  ['control.expired', ['acme']],
  ['control.eased', ['acme']],
  ['defaults.put', ['acme']],
  ['override.add', ['acme']],
  ['control.hardened', []],
  ['flag.put', []],
])('after %s, the jobs of %j are looked at', async (action, organizations) => {
  woken.length = 0;
  const item = { ...entry, action, sequence: 20, after: { addUsd: '1.000000000' } };
  expect(await publisher().deliver(recordOf(item))).toEqual({ batchItemFailures: [] });
  expect(woken).toEqual(organizations);
});

test('what happened to one budget is put in its order, also after a failure', async () => {
  const entries = [11, 12, 13].map((place) => ({ ...entry, sequence: place, actor: `a${place}` }));
  const [first, ...others] = entries.map(recordOf);
  if (!first) throw new Error('no record');
  const { deliver } = publisher();
  refusals = 1;
  expect(await deliver(first, ...others)).toEqual({
    batchItemFailures: [{ itemIdentifier: first.dynamodb?.SequenceNumber }],
  });
  expect(put).toEqual([]);
  await deliver(first, ...others);
  expect(put.map(({ data }) => data['actor'])).toEqual(['a11', 'a12', 'a13']);
});

test.each<[string, Item]>([
  ['no budget', { ...entry, sequence: 2, target: 'ada' }],
  ['a limit in words', { ...entry, sequence: 3, before: { limitUsd: 'much' } }],
  ['no time', { ...entry, sequence: 4, atMs: 'yesterday' }],
  ['an event of no kind', { pk: 'x', sk: 'y', state: 'pending', event: '{"kind":"party"}' }],
  ['an event that is no JSON', { pk: 'x', sk: 'y', state: 'pending', event: '{' }],
])('a record with %s raises an alarm, and blocks no other', async (_, item) => {
  const { deliver, telemetry } = publisher();
  const good = { ...entry, sequence: 100 + sequence };
  expect(await deliver(recordOf(item), recordOf(good))).toEqual({ batchItemFailures: [] });
  expect(put).toHaveLength(1);
  expect(telemetry.metrics).toEqual([expect.objectContaining({ name: 'EventsNotRead' })]);
});

test('a violation is one event a day, and is found again if it cannot be told', async () => {
  const services = ledgerCheckServices(store.db, ENTRY_STORAGE);
  const telemetry = silentTelemetry();
  let isDown = true;
  const check = createCheckLedger({
    ...services,
    pause: () => Promise.resolve(),
    changes: createTableChanges(changesOptions(store), 'ledger'),
    telemetry,
    now: () => nowMs,
    outbox: {
      addEvent: (...args) =>
        isDown
          ? Promise.reject(new StoreUnavailableError('down'))
          : services.outbox.addEvent(...args),
    },
  });
  const ref = { scope: 'user', scopeId: 'ada', period: 'daily', periodKey: '2026-11-21' } as const;
  const balance = { ...untouchedBalance(5n), headroomNanoUsd: 4n };
  const item = balanceItem('wrong', ref, balance);
  await store.db.write({ kind: 'put', table: 'ledger', item });
  await expect(check()).rejects.toThrow('down');
  expect(telemetry.metrics).toContainEqual(expect.objectContaining({ name: 'LedgerViolations' }));
  isDown = false;
  for (let hour = 0; hour < 3; hour += 1) {
    nowMs += 3_600_000;
    await check();
  }
  const violations = () => waiting('wrong#violation#');
  const found = await violations();
  expect(found.map((each) => eventOfItem(each))).toMatchObject([
    {
      kind: 'ledger_violation',
      organizationId: 'wrong',
      data: { balance: 'user/ada/daily/2026-11-21', violation: expect.stringContaining('limit') },
    },
  ]);
  nowMs += 24 * 3_600_000;
  await check();
  expect(await violations()).toHaveLength(2);
});
