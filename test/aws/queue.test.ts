import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createQueue } from '../../aws/queue.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { tellingServices } from '../../composition/alerts.ts';
import { createHandler } from '../../lambdas/deliver-alerts/handler.ts';
import { createAlertAllowanceStore } from '../../tables/alert-allowances.ts';
import { createAlertDeliveryStore } from '../../tables/alert-deliveries.ts';
import { alertWith, DEPLOYMENT } from '../support/alerts.ts';
import { freePort } from '../../local/store/free-port.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { silentTelemetry } from '../support/telemetry.ts';

const ATTEMPTS = 3;
let sqs: FauxqsServer;
let client: SQSClient;
let store: EmbeddedStore;
let endpoint = '';
let queueUrl = '';
let failuresUrl = '';
let queues = 0;

beforeAll(async () => {
  store = await startEmbeddedStore();
  const port = await freePort();
  sqs = await startFauxqs({ host: '127.0.0.1', port, logger: false });
  endpoint = `http://127.0.0.1:${port}`;
  client = new SQSClient(localEndpoint(endpoint));
});
beforeEach(() => {
  queues += 1;
  const failures = sqs.createQueue(`failures-${queues}`);
  failuresUrl = failures.queueUrl;
  queueUrl = sqs.createQueue(`alerts-${queues}`, {
    attributes: {
      VisibilityTimeout: '120',
      RedrivePolicy: JSON.stringify({
        deadLetterTargetArn: failures.queueArn,
        maxReceiveCount: ATTEMPTS,
      }),
    },
  }).queueUrl;
});
afterAll(async () => {
  client.destroy();
  await sqs.stop();
  await store.close();
});

async function receive(url = queueUrl): Promise<SQSEvent> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl: url, MessageSystemAttributeNames: ['All'] }),
  );
  const Records = Messages.map((message) => ({
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: message.Attributes,
  }));
  return { Records } as unknown as SQSEvent;
}

/** The function as deployed, with a channel that may fail. */
function handlerWith(send: () => Promise<void>, firstPauseSeconds = 0) {
  const postponed: number[] = [];
  const queue = createQueue<Alert>(queueUrl, localEndpoint(endpoint));
  const telemetry = silentTelemetry();
  const world = { telemetry, now: () => Date.now(), entryShards: [], alerts: queue };
  const handler = createHandler({
    ...tellingServices(store.db, world),
    allowances: createAlertAllowanceStore(store.db),
    deliveries: createAlertDeliveryStore(store.db),
    send,
    deployment: DEPLOYMENT,
    bus: { put: () => Promise.resolve() },
    postpone: async (handle, seconds) => {
      postponed.push(seconds);
      await queue.postpone(handle, firstPauseSeconds === 0 ? 0 : seconds);
    },
    firstPauseSeconds,
  });
  return { handler, postponed, telemetry };
}

const publish = (dedupKey: string) =>
  createQueue<Alert>(queueUrl, localEndpoint(endpoint)).publish(alertWith({ dedupKey }));

test('a published alert arrives unchanged and is delivered', async () => {
  await publish('whole');
  const event = await receive();
  expect(JSON.parse(event.Records[0]?.body ?? '')).toEqual(alertWith({ dedupKey: 'whole' }));
  let sent = 0;
  const { handler } = handlerWith(async () => void (sent += 1));
  expect(await handler(event)).toEqual({ batchItemFailures: [] });
  expect(sent).toBe(1);
});

test('an alert whose channel fails comes again, and ends in the queue of failures', async () => {
  await publish('failing');
  const { handler } = handlerWith(() => Promise.reject(new Error('the host answered 500')));
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const event = await receive();
    expect(event.Records, `attempt ${attempt}`).toHaveLength(1);
    const { batchItemFailures } = await handler(event);
    expect(batchItemFailures).toEqual([{ itemIdentifier: event.Records[0]?.messageId }]);
  }
  expect((await receive()).Records).toEqual([]);
  const [kept] = (await receive(failuresUrl)).Records;
  expect(JSON.parse(kept?.body ?? '')).toMatchObject({ dedupKey: 'failing' });
});

test('a failed message waits longer each time, at most a quarter hour', async () => {
  await publish('slower');
  const { handler, postponed } = handlerWith(() => Promise.reject(new Error('no')), 5);
  const event = await receive();
  for (const count of ['1', '2', '3', '8', '9', '10']) {
    for (const { attributes } of event.Records) attributes.ApproximateReceiveCount = count;
    await handler(event);
  }
  expect(postponed).toEqual([5, 10, 20, 640, 900, 900]);
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  expect(Attributes?.['ApproximateNumberOfMessagesNotVisible']).toBe('1');
});

test('only the failed messages of a batch are redelivered, including invalid ones', async () => {
  await publish('good');
  const good = (await receive()).Records;
  const { handler, telemetry } = handlerWith(() => Promise.resolve());
  const bad = ['no json', '{}', JSON.stringify({ ...alertWith(), kind: 'unheard_of' })].map(
    (body, at) => ({ ...good[0], messageId: `bad-${at}`, body }),
  );
  const { batchItemFailures } = await handler({ Records: [...bad, ...good] } as SQSEvent);
  expect(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toEqual([
    'bad-0',
    'bad-1',
    'bad-2',
  ]);
  expect(telemetry.lines.filter(({ code }) => code === 'ALERT_NOT_DELIVERED')).toHaveLength(3);
});

test('an alert that the queue does not take is an error', async () => {
  const gone = createQueue<Alert>(`${endpoint}/000000000000/gone`, localEndpoint(endpoint));
  await expect(gone.publish(alertWith())).rejects.toThrow();
});

describe('breaches that were found', () => {
  const message = {
    organizationId: 'acme',
    breaches: [{ scope: 'user', scopeId: 'ada', key: 'no such breach' }],
  } as const;
  const publishBreaches = (delaySeconds: number) =>
    createQueue(queueUrl, { ...localEndpoint(endpoint), delaySeconds }).publish(message);

  test('wait for what belongs to them', async () => {
    await publishBreaches(1);
    expect((await receive()).Records).toEqual([]);
    await vi.waitFor(async () => expect((await receive()).Records).toHaveLength(1), 5_000);
  });

  test('are told by one run at a time, and the other tries again without an error', async () => {
    const { handler, postponed, telemetry } = handlerWith(() => Promise.resolve());
    const deliveries = createAlertDeliveryStore(store.db);
    const turn = { of: 'acme#breaches', to: 'telling' };
    await deliveries.claim(turn, Date.now());
    await publishBreaches(0);
    const event = await receive();
    const messageId = event.Records[0]?.messageId;
    expect(await handler(event)).toEqual({ batchItemFailures: [{ itemIdentifier: messageId }] });
    expect(postponed).toHaveLength(1);
    expect(telemetry.lines.filter(({ level }) => level === 'error')).toEqual([]);
    await deliveries.settle(turn, 'failed', Date.now());
    expect(await handler(event)).toEqual({ batchItemFailures: [] });
  });
});
