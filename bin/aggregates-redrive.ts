import { setTimeout as pause } from 'node:timers/promises';
import { stores } from '../composition/stores.ts';
import { parseStreamFailure, type StreamFailure } from '../contracts/stream-failure.ts';
import type { FailedMessage } from '../aws/failure-queue.ts';
import { formatUsd } from '../domain/money.ts';
import {
  listSuspense,
  recountSince,
  type RedriveDeps,
  redriveItem,
} from '../services/reporting/redrive.ts';
import { closeExpired } from '../services/reservations/sweep-reservations.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { type StoredSuspenseItem } from '../tables/suspense-items.ts';
import { commandLine, runCommand, UsageError } from './tools/command-line.ts';
import {
  FAILURE_QUEUE_HELP,
  FAILURE_QUEUE_OPTIONS,
  openFailureQueue,
} from './tools/open-failure-queue.ts';
import { openStore, STORE_HELP, STORE_OPTIONS } from './tools/open-store.ts';
import { startCount, startProgress } from './tools/progress.ts';
import { recountingOn, storageOf } from './tools/recounting.ts';

const HELP = `Redoes work that failed and was set aside, once its cause is fixed.

  npm run aggregates:redrive -- [options]

  --list           only shows what is set aside; nothing is done
${STORE_HELP}
${FAILURE_QUEUE_HELP}

It counts postings of the suspense account, closes reservations that could not
be closed, and counts what batches in the queue stream-failures held. These are
only pointers into the stream, so everything that changed in the ledger since
the first of them is compared with the reports. What is done leaves the account
and the queue; what fails again stays (exit code 1).`;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    list: { type: 'boolean', default: false },
    ...STORE_OPTIONS,
    ...FAILURE_QUEUE_OPTIONS,
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  const db = openStore(values);
  const deps = redrivingOn(db, values.prefix);
  const items = await listSuspense(deps);
  if (values.list) {
    for (const item of items) show('SET ASIDE', item, item.reason);
    console.log(`set aside  ${items.length}`);
    return items.length > 0 ? 1 : 0;
  }
  const failed = await redriveItems(deps, items);
  const queue = await openFailureQueue(values);
  const left = queue ? await redriveQueue(db, deps, queue) : 0;
  if (!queue)
    console.log('No queue is configured. Name one with --queue-endpoint URL, or use --aws.');
  return failed + left > 0 ? 1 : 0;
});

function redrivingOn(db: DynamoDb, prefix: string): RedriveDeps {
  const deps = { ...recountingOn(db, prefix), pause: (ms: number) => pause(ms) };
  const { wallets, suspense } = stores(db, storageOf(prefix));
  return {
    ...deps,
    suspense,
    expire: async (entry) =>
      void (await closeExpired({ ...deps, wallets, pause: undefined }, entry, Date.now())),
  };
}

async function redriveItems(deps: RedriveDeps, items: StoredSuspenseItem[]): Promise<number> {
  const progress = startProgress('set aside', items.length);
  const failed: [StoredSuspenseItem, string][] = [];
  let recorded = 0;
  for (const [position, item] of items.entries()) {
    progress.update(position, item.organizationId);
    const outcome = await redriveItem(deps, item);
    if (outcome.kind === 'failed') failed.push([item, outcome.reason]);
    if (outcome.kind === 'done') recorded += outcome.recorded;
  }
  progress.stop();
  for (const [item, reason] of failed) show('FAILED', item, reason);
  console.log(`set aside  ${items.length}`);
  console.log(`done       ${items.length - failed.length}`);
  console.log(`recorded   ${recorded}`);
  return failed.length;
}

type Queue = NonNullable<Awaited<ReturnType<typeof openFailureQueue>>>;
type Failure = { message: FailedMessage; failure: StreamFailure };

/** @returns the number of messages left in the queue */
async function redriveQueue(db: DynamoDb, deps: RedriveDeps, queue: Queue): Promise<number> {
  const messages = await queue.receiveAll();
  const parsedFailures = messages.flatMap((message): Failure[] => {
    const failure = parseStreamFailure(message.body);
    return failure ? [{ message, failure }] : [];
  });
  const ofLedger = parsedFailures.filter(({ failure }) => failure.table.endsWith('ledger'));
  const ofSums = parsedFailures.filter(({ failure }) => failure.table.endsWith('token-analytics'));
  const done = [...(await counted(deps, ofLedger)), ...(await watched(db, ofSums))];
  await queue.remove(done.map(({ message }) => message));
  console.log(`batches    ${messages.length}`);
  console.log(`left       ${messages.length - done.length}`);
  return messages.length - done.length;
}

async function counted(deps: RedriveDeps, failures: Failure[]): Promise<Failure[]> {
  if (failures.length === 0) return [];
  const reading = startCount('entries of the ledger read');
  const recount = await recountSince(
    deps,
    failures.map(({ failure }) => failure),
    reading.update,
  );
  reading.stop();
  const { missing, recorded, faults } = recount;
  for (const { postingId, organizationId, amountNanoUsd } of missing) {
    console.log(`MISSING ${organizationId} ${postingId} ${formatUsd(amountNanoUsd)} USD`);
  }
  for (const { entry, message } of faults) console.log(`FAULT ${entry}: ${message}`);
  console.log(`missing    ${missing.length}, recorded ${recorded}`);
  return faults.length === 0 ? failures : [];
}

/**
 * The monitor reviews every changed sum, so failures before its last complete run are already
 * handled.
 */
async function watched(db: DynamoDb, failures: Failure[]): Promise<Failure[]> {
  if (failures.length === 0) return [];
  const watchedUntilMs = (await stores(db).monitoring.readWatchedUntil()) ?? 0;
  const done = failures.filter(({ failure }) => failure.givenUpMs < watchedUntilMs);
  if (done.length < failures.length) {
    console.log('The monitor has not reviewed all sums yet. Run this again in 15 minutes.');
  }
  return done;
}

function show(what: string, item: StoredSuspenseItem, reason: string): void {
  const { organizationId, work, postingId, entryKey } = item;
  console.log(
    `${what} ${work} of ${organizationId}: ${postingId ?? `${entryKey.pk} ${entryKey.sk}`}`,
  );
  console.log(`  ${reason}`);
}
