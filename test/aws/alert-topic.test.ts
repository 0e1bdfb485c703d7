import { type FauxqsServer, startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAlertTopic } from '../../aws/alert-topic.ts';
import { breachAlertOf } from '../../domain/alerts/breach-alert.ts';
import { topicMessageOf } from '../../domain/alerts/topic-message.ts';
import { DEPLOYMENT } from '../support/alerts.ts';
import { breachesOf } from '../../domain/controls/breaches.ts';
import { DEFAULT_LEVELS } from '../../domain/controls/built-in-levels.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { freePort } from '../../local/store/free-port.ts';

let sns: FauxqsServer;
let endpoint = '';
beforeAll(async () => {
  const port = await freePort();
  sns = await startFauxqs({ host: '127.0.0.1', port, logger: false });
  endpoint = `http://127.0.0.1:${port}`;
});
afterAll(() => sns.stop());

const [breach] = breachesOf(
  {
    scope: 'user',
    scopeId: 'Åse',
    period: 'daily',
    periodKey: '2026-11-21',
    endsAtMs: Date.parse('2026-11-22T00:00:00Z'),
    spent: 6n * 10n ** 9n,
  },
  DEFAULT_LEVELS,
);
if (!breach) throw new Error('no breach');
const alert = topicMessageOf(
  breachAlertOf({
    ...breach,
    organizationId: 'acme',
    raisedAtMs: 0,
    executedAction: 'alert',
  }),
  DEPLOYMENT,
);

test('an alert reaches the subscribers of the topic with subject, text and attributes', async () => {
  const { topicArn } = sns.createTopic('alerts');
  sns.createQueue('inbox');
  sns.subscribe({ topic: 'alerts', queue: 'inbox' });
  await createAlertTopic(topicArn, localEndpoint(endpoint)).publish(alert);
  const [message] = sns.inspectQueue('inbox')?.messages.ready ?? [];
  const notification = JSON.parse(message?.body ?? '{}');
  expect(notification).toMatchObject({ Subject: alert.subject, Message: alert.text });
  expect(notification.Subject).toBe(
    '[Purser test] Warning: user Ase spent 6.00 of 5.00 USD on 2026-11-21',
  );
  expect(notification.Message).toMatch(
    /^\[Purser test\] Warning: user Åse spent 6\.00 of 5\.00 USD/,
  );
  expect(notification.MessageAttributes.scopeId).toEqual({ Type: 'String', Value: 'Åse' });
  expect(notification.MessageAttributes.spentUsd.Value).toBe('6.000000000');
});

test('an alert that the topic does not take is an error', async () => {
  const topic = createAlertTopic(
    'arn:aws:sns:us-east-1:000000000000:gone',
    localEndpoint(endpoint),
  );
  await expect(topic.publish(alert)).rejects.toThrow();
});
