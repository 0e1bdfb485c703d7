import type { DynamoDBRecord } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fromImages } from '../../aws/stream-record.ts';
import { aggregationServices } from '../../composition/reporting.ts';
import { stores } from '../../composition/stores.ts';
import { createHandler } from '../../lambdas/aggregate-usage/handler.ts';
import { detailOf } from '../../services/events/put-event.ts';
import { type AlertDeliveryStore, pendingEventIn } from '../../tables/alert-deliveries.ts';
import { StoreUnavailableError } from '../../tables/dynamodb.ts';
import { expiryOfChange, postingsOfChange } from '../../tables/ledger/entry-items.ts';
import { DEPLOYMENT } from '../support/alerts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { changeOf, expired, reservedEntry, settled } from '../support/ledger-changes.ts';
import { NOON } from '../support/postings.ts';
import { silentTelemetry } from '../support/telemetry.ts';
import { ENTRY_STORAGE } from '../support/world.ts';

let store: EmbeddedStore;
let organizationId = '';
let tests = 0;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
beforeEach(() => {
  organizationId = `acme-${(tests += 1)}`;
});
afterAll(() => store.close());

function follower(outbox: Pick<AlertDeliveryStore, 'addEvent'> = stores(store.db).deliveries) {
  const telemetry = silentTelemetry();
  const world = { ...ENTRY_STORAGE, telemetry, now: () => NOON + 1_500 };
  const handler = createHandler({
    ...world,
    ...aggregationServices(store.db, world),
    outbox,
    postingsOf: fromImages(postingsOfChange),
    expiryOf: fromImages(expiryOfChange),
  });
  return { telemetry, deliver: (...Records: DynamoDBRecord[]) => handler({ Records }) };
}

async function spentOfDay() {
  const { analytics } = stores(store.db);
  const sum = { organizationId, dimension: 'user', granularity: 'daily' } as const;
  const [day] = await analytics.listDay({ ...sum, day: '2026-11-21' });
  return day?.measures.costNanoUsd;
}

/** Events of this test's organization that wait to be put on the bus, oldest first. */
async function waitingEvents() {
  const { items } = await store.db.scan({ table: 'alert-deliveries' });
  return items
    .flatMap((item) => pendingEventIn(item) ?? [])
    .filter((event) => event.organizationId === organizationId)
    .toSorted((left, right) => (left.dedupKey < right.dedupKey ? -1 : 1));
}

test('makes one event of an expiry, which takes a write unit, and of nothing else', async () => {
  const { deliver } = follower();
  const entry = { ...reservedEntry(organizationId, 11), departmentId: 'research' };
  const presumed = expired(entry);
  const open = { ...reservedEntry(organizationId, 12), isReleasedAtExpiry: true };
  await deliver(
    changeOf(undefined, entry),
    changeOf(entry, presumed),
    changeOf(presumed, settled(presumed, 300_000n)),
  );
  store.takeConsumed();
  // It posts nothing, so the event is all that is written.
  const release = changeOf(open, expired(open));
  await deliver(release);
  expect(store.takeConsumed().writeUnits).toBe(1);
  await deliver(release);
  const details = (await waitingEvents()).map((event) => detailOf(event, DEPLOYMENT));
  expect(details.map(({ data }) => data)).toEqual([
    {
      reservationId: entry.entryId,
      budgets: 'user/ada/daily',
      userId: 'ada',
      departmentId: 'research',
      system: 'relaycore',
      model: entry.model,
      outcome: 'presumed_spent',
      heldUsd: '0.002000000',
      chargedUsd: '0.002000000',
      reservedAt: new Date(NOON).toISOString(),
      ageSeconds: '120',
    },
    expect.objectContaining({ outcome: 'released', chargedUsd: '0.000000000' }),
  ]);
});

test('delivers an expiry again while it cannot be told, and counts nothing twice', async () => {
  const isDown = async () => Promise.reject(new StoreUnavailableError('down'));
  const { deliver } = follower({ addEvent: isDown });
  const [one, two] = [reservedEntry(organizationId, 13), reservedEntry(organizationId, 14)];
  const records = [changeOf(one, settled(one, 5n)), changeOf(two, expired(two))];
  const [first] = records;
  expect(await deliver(...records)).toEqual({
    batchItemFailures: [{ itemIdentifier: first?.dynamodb?.SequenceNumber }],
  });
  expect(await waitingEvents()).toEqual([]);
  expect(await follower().deliver(...records)).toEqual({ batchItemFailures: [] });
  expect(await waitingEvents()).toHaveLength(1);
  expect(await spentOfDay()).toBe(2_000_005n);
});

test('counts on after an expiry that itself cannot be told', async () => {
  const refuses = async () => Promise.reject(new Error('not an event'));
  const { deliver, telemetry } = follower({ addEvent: refuses });
  const two = reservedEntry(organizationId, 15);
  expect(await deliver(changeOf(two, expired(two)))).toEqual({ batchItemFailures: [] });
  expect(telemetry.metrics).toContainEqual(expect.objectContaining({ name: 'EventsNotRead' }));
  expect(await spentOfDay()).toBe(2_000_000n);
});
