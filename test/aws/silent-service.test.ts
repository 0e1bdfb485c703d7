import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAlertTopic } from '../../aws/alert-topic.ts';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { createEmail } from '../../aws/email.ts';
import { createFailureQueue } from '../../aws/failure-queue.ts';
import { createFunctionMetrics } from '../../aws/function-metrics.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { createQueue } from '../../aws/queue.ts';
import { createReportBucket } from '../../aws/report-bucket.ts';
import { createTextMessages } from '../../aws/text-messages.ts';
import { alertWith } from '../support/alerts.ts';

/** Takes connections and says nothing, as a service whose network swallows packets. */
let silence: Server;
let endpoint = '';
const sockets = new Set<Socket>();
beforeAll(async () => {
  silence = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => silence.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(silence.address() as AddressInfo).port}`;
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  silence.close();
});

const once = () => ({ ...localEndpoint(endpoint), maxAttempts: 1 });
const hour = { fromMs: 0, toMs: 3_600_000 };
const mail = { subject: 'Test', text: 'Test', html: 'Test' };

test.concurrent.each<[string, () => Promise<unknown>]>([
  [
    'the store',
    () =>
      createDynamoDb({ tablePrefix: 'x-', client: once() }).get({
        table: 'ledger',
        key: { pk: 'a', sk: 'b' },
      }),
  ],
  ['a queue', () => createQueue(`${endpoint}/1/alerts`, once()).publish({})],
  [
    'the alert topic',
    () => createAlertTopic('arn:aws:sns:us-east-1:1:alerts', once()).publish(alertWith({})),
  ],
  ['text messages', () => createTextMessages(once()).sendSms('+15550100', 'Test')],
  ['mail', () => createEmail('a@example.com', once()).sendEmail('b@example.com', mail)],
  ['metrics', () => createFunctionMetrics(once()).warmHours(['reserve'], hour)],
  ['the queue of failures', () => createFailureQueue('alert-failures', once()).receiveAll()],
  ['files', () => createReportBucket('exports', once()).delete('a.csv.gz')],
])(
  '%s gives up a call that nobody answers',
  async (_name, call) => {
    await expect(call()).rejects.toThrow();
  },
  // The longest limit is five seconds; a client that only warns waits for minutes.
  20_000,
);
