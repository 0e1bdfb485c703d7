import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAlertTopic } from '../../aws/alert-topic.ts';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { createEventBus } from '../../aws/event-bus.ts';
import { detailOf } from '../../services/events/put-event.ts';
import { DEPLOYMENT } from '../support/alerts.ts';
import { createEmail } from '../../aws/email.ts';
import { createFailureQueue } from '../../aws/failure-queue.ts';
import { createFunctionMetrics } from '../../aws/function-metrics.ts';
import type { PurserEvent } from '../../domain/events/purser-event.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { createQueue } from '../../aws/queue.ts';
import { createReportBucket } from '../../aws/report-bucket.ts';
import { createTextMessages } from '../../aws/text-messages.ts';
import { StoreUnavailableError } from '../../tables/dynamodb.ts';

/** Takes connections and says nothing, as a service whose network swallows packets. */
let silent: Server;
let endpoint = '';
beforeAll(async () => {
  silent = createServer(() => {});
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
  endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
});
afterAll(() => {
  silent.closeAllConnections();
  silent.close();
});

const config = () => ({ ...localEndpoint(endpoint), maxAttempts: 1 });
const hour = { fromMs: 0, toMs: 3_600_000 };
const mail = { subject: 'Test', text: 'Test', html: 'Test' };
const event: PurserEvent = {
  kind: 'price_proposed',
  organizationId: 'acme',
  dedupKey: 'a',
  atMs: 0,
  title: 'Test',
  data: { digest: 'a', applied: '0', waiting: '1', models: 'a' },
};
const row = { table: 'ledger', key: { pk: 'a', sk: 'b' } };

/** A call of each service that may hang. */
const CALLS: [string, () => Promise<unknown>][] = [
  [
    'the alert topic',
    () =>
      createAlertTopic('arn:aws:sns:us-east-1:1:a', config()).publish({
        subject: 'Test',
        text: 'Test',
        attributes: {},
      }),
  ],
  ['a queue', () => createQueue(`${endpoint}/1/a`, config()).publish('message')],
  ['mail', () => createEmail('a@example.com', config()).sendEmail('b@example.com', mail)],
  ['the event bus', () => createEventBus('events', config()).put(detailOf(event, DEPLOYMENT))],
  ['text messages', () => createTextMessages(config()).sendSms('+491701234567', 'a')],
  ['metrics', () => createFunctionMetrics(config()).warmHours(['a'], hour)],
  ['the queue of failures', () => createFailureQueue('alert-failures', config()).receiveAll()],
  ['files', () => createReportBucket('exports', config()).delete('a.csv.gz')],
];

test.concurrent.each(CALLS)(
  'a call of %s that hangs is given up',
  async (_, call) => {
    await expect(call()).rejects.toMatchObject({ name: 'TimeoutError' });
  },
  // The longest limit is ten seconds; a client that only warns waits for minutes.
  20_000,
);

test('a call of the store that hangs is given up', async () => {
  const db = createDynamoDb({ tablePrefix: 'x-', client: config() });
  await expect(db.get(row)).rejects.toBeInstanceOf(StoreUnavailableError);
}, 20_000);
