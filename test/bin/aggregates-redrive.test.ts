import { stores } from '../../composition/stores.ts';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { postingsOf } from '../../domain/ledger/entry-postings.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { entryItem, entryKey } from '../../tables/ledger/entry-items.ts';
import { entryPut } from '../../tables/ledger/entry-writes.ts';
import { freePort } from '../../local/store/free-port.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { runScript } from '../support/run-script.ts';
import { ENTRY_STORAGE } from '../support/world.ts';

const NOW = Date.now();
const DAY = new Date(NOW).toISOString().slice(0, 10);

let store: EmbeddedStore;
let sqs: FauxqsServer;
let client: SQSClient;
let queueUrl = '';
let queueEndpoint = '';
beforeAll(async () => {
  store = await startEmbeddedStore();
  const port = await freePort();
  sqs = await startFauxqs({ host: '127.0.0.1', port, logger: false });
  queueEndpoint = `http://127.0.0.1:${port}`;
  client = new SQSClient(localEndpoint(queueEndpoint));
  ({ queueUrl } = sqs.createQueue(`${store.tablePrefix}stream-failures`));
});
afterAll(async () => {
  client.destroy();
  await sqs.stop();
  await store.close();
});

const redrive = (...args: string[]) =>
  runScript('aggregates:redrive', [
    ...args,
    '--endpoint',
    store.endpoint,
    '--prefix',
    store.tablePrefix,
    '--queue-endpoint',
    queueEndpoint,
  ]);

let made = 0;

function charge(organizationId: string): Entry {
  made += 1;
  return {
    entryId: `event-${made}`,
    kind: 'charge',
    organizationId,
    userId: 'ada',
    system: 'relaycore',
    model: 'amazon.nova-lite-v1:0',
    state: 'settled',
    amountNanoUsd: 0n,
    chargedNanoUsd: 3n,
    balances: [],
    occurredAtMs: NOW,
    version: 1,
    requestDigest: 'digest',
  };
}

const put = (entry: Entry) => store.db.write(entryPut(entry, ENTRY_STORAGE));

async function suspend(entry: Entry): Promise<void> {
  const [posting] = postingsOf(undefined, entry);
  await stores(store.db).suspense.add(
    {
      organizationId: entry.organizationId,
      work: 'posting',
      entryKey: entryKey([], entry),
      postingId: posting?.postingId,
      reason: 'TypeError: value is no function',
    },
    NOW,
  );
}

async function costOf(organizationId: string): Promise<bigint | undefined> {
  const { analytics } = stores(store.db);
  const [day] = await analytics.listDay({
    organizationId,
    dimension: 'user',
    granularity: 'daily',
    day: DAY,
  });
  return day?.measures.costNanoUsd;
}

async function fail(table: string, givenUpMs: number): Promise<void> {
  const body = {
    requestContext: { condition: 'RetryAttemptsExhausted' },
    version: '1.0',
    timestamp: new Date(givenUpMs).toISOString(),
    DDBStreamBatchInfo: {
      shardId: 'shardId-1',
      startSequenceNumber: '1',
      endSequenceNumber: '2',
      approximateArrivalOfFirstRecord: new Date(givenUpMs - 60_000).toISOString(),
      approximateArrivalOfLastRecord: new Date(givenUpMs - 60_000).toISOString(),
      batchSize: 2,
      streamArn: `arn:aws:dynamodb:us-east-1:123456789012:table/${store.tablePrefix}${table}/stream/1`,
    },
  };
  await client.send(
    new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(body) }),
  );
}

describe('npm run aggregates:redrive', () => {
  test('counts what was set apart once its cause is repaired, and keeps what fails again', async () => {
    const [repaired, damaged, gone] = [charge('acme'), charge('broken'), charge('gone')];
    await put(repaired);
    const item = { ...entryItem(damaged, ENTRY_STORAGE), chg: 'x' };
    await store.db.write({ kind: 'put', table: 'ledger', item });
    for (const entry of [repaired, damaged, gone]) await suspend(entry);

    const list = await redrive('--list');
    expect(list.stdout).toContain(`SET ASIDE posting of acme: relaycore~${repaired.entryId}.1\n`);
    expect(list.stdout).toMatch(/  TypeError: value is no function\n.*set aside  3\n/s);
    expect(list.code).toBe(1);
    expect(await costOf('acme')).toBeUndefined();

    const done = await redrive();
    expect(done.stdout).toContain(`FAILED posting of broken: relaycore~${damaged.entryId}.1\n`);
    expect(done.stdout).toMatch(
      /  DamagedItemError: Item .* of table ledger is damaged: chg must be an integer, but is text\.\n/,
    );
    expect(done.stdout).toMatch(/set aside +3\ndone +2\nrecorded +1\n/);
    expect(done.code).toBe(1);
    expect(await costOf('acme')).toBe(3n);

    const { items } = await stores(store.db).suspense.scan();
    expect(items).toMatchObject([{ organizationId: 'broken', attempts: 2, firstMs: NOW }]);
    await store.db.write({ kind: 'delete', table: 'ledger', key: entryKey([], damaged) });
    const again = await redrive();
    expect(again.stdout).toMatch(/set aside +1\ndone +1\nrecorded +0\n/);
    expect(again.code).toBe(0);
    expect(await costOf('acme')).toBe(3n);
  });

  test('counts what batches in the failure queue held, and leaves the queue empty', async () => {
    const lost = charge('lost');
    await put(lost);
    await fail('ledger', NOW + 1_000);
    await fail('token-analytics', NOW);
    await stores(store.db).monitoring.setWatchedUntil(NOW + 5_000);
    const { stdout, code } = await redrive();
    expect(stdout).toContain(`MISSING lost relaycore~${lost.entryId}.1 0.000000003 USD\n`);
    expect(stdout).toMatch(/missing +1, recorded 1\nbatches +2\nleft +0\n/);
    expect(code).toBe(0);
    expect(await costOf('lost')).toBe(3n);
    expect((await redrive()).stdout).toMatch(/batches +0\nleft +0\n/);
  });

  test('keeps batches of sums until the monitor has reviewed what changed', async () => {
    await fail('token-analytics', NOW + 60_000);
    const { stdout, code } = await redrive();
    expect(stdout).toContain('The monitor has not reviewed all sums yet');
    expect(stdout).toMatch(/batches +1\nleft +1\n/);
    expect(code).toBe(1);
  });

  test('says what it does in 80 columns', async () => {
    const { stdout, code } = await runScript('aggregates:redrive', ['--help']);
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});
