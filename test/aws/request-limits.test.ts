import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAlertTopic } from '../../aws/alert-topic.ts';
import { createEmail } from '../../aws/email.ts';
import { createFunctionMetrics } from '../../aws/function-metrics.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { createQueue } from '../../aws/queue.ts';
import { createTextMessages } from '../../aws/text-messages.ts';
import { alertWith } from '../support/alerts.ts';

let silent: Server;
beforeAll(async () => {
  silent = createServer(() => {});
  await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
});
afterAll(() => {
  silent.closeAllConnections();
  silent.close();
});

const config = () => {
  const { port } = silent.address() as AddressInfo;
  return { ...localEndpoint(`http://127.0.0.1:${port}`), maxAttempts: 1 };
};
const HOUR_MS = 3_600_000;

/** A call of each service that may hang. */
const CALLS: [string, () => Promise<unknown>][] = [
  [
    'the alert topic',
    () => createAlertTopic('arn:aws:sns:us-east-1:1:a', config()).publish(alertWith()),
  ],
  ['a queue', () => createQueue('http://127.0.0.1/1/a', config()).publish('message')],
  [
    'mail',
    () =>
      createEmail('a@example.com', config()).sendEmail('b@example.com', {
        subject: 'a',
        text: 'b',
        html: 'c',
      }),
  ],
  ['text messages', () => createTextMessages(config()).sendSms('+491701234567', 'a')],
  ['metrics', () => createFunctionMetrics(config()).warmHours(['a'], { fromMs: 0, toMs: HOUR_MS })],
];

test.concurrent.each(CALLS)('a call of %s that hangs is given up', async (_, call) => {
  await expect(call()).rejects.toMatchObject({ name: 'TimeoutError' });
});
