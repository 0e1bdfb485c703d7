import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEventBus } from '../../../aws/event-bus.ts';
import { localEndpoint } from '../../../aws/local-endpoint.ts';
import { stores } from '../../../composition/stores.ts';
import { EVENT_DETAILS, type EventDetail } from '../../../contracts/events.ts';
import { anomalyAlertOf } from '../../../domain/alerts/anomaly-alert.ts';
import type { Alert } from '../../../domain/alerts/alert.ts';
import { breachAlertOf } from '../../../domain/alerts/breach-alert.ts';
import { newUsersAlertOf } from '../../../domain/alerts/breach-group.ts';
import { controlAlertOf } from '../../../domain/alerts/control-alert.ts';
import { stepAlertOf } from '../../../domain/alerts/step-alert.ts';
import { projectionAlertOf } from '../../../domain/alerts/projection-alert.ts';
import { eventOfAlert } from '../../../domain/events/purser-event.ts';
import { detailOf, putEvent } from '../../../services/events/put-event.ts';
import { alertWith, DEPLOYMENT, NOON_MS } from '../../support/alerts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { startReceiver } from '../../support/loopback-receiver.ts';

const USD = 1_000_000_000n;
const ada = { scope: 'user', scopeId: 'ada' } as const;
const breach = {
  ...ada,
  organizationId: 'acme',
  level: { name: 'critical', amountNanoUsd: 10n * USD, period: 'daily', action: 'alert' },
  period: 'daily',
  periodKey: '2026-11-21',
  spent: 12n * USD,
  limit: 10n * USD,
  raisedAtMs: NOON_MS,
  executedAction: 'alert',
} as const;
const control = {
  ...ada,
  restriction: { action: 'disable' },
  origin: 'manual',
  actor: 'key-1',
  reason: 'a loop',
  appliedAtMs: NOON_MS,
  changedAtMs: NOON_MS,
} as const;
const crossing = {
  ...ada,
  period: 'monthly',
  periodKey: '2026-11',
  endsAtMs: NOON_MS,
  spent: USD,
  limit: 2n * USD,
  projected: 3n * USD,
  crossesAtMs: NOON_MS,
} as const;
const hour = { fromMs: NOON_MS, toMs: NOON_MS + 3_600_000 };

const ALERTS: [string, Alert][] = [
  ['breach', breachAlertOf(breach)],
  ['breach', breachAlertOf({ ...breach, unit: 'requests', spent: 12n, limit: 10n })],
  ['breach', newUsersAlertOf([breach, breach], { keyId: 'key-1', users: 2 }, 'new')],
  ['control_applied', controlAlertOf('acme', { change: 'applied', control, next: {} }, NOON_MS)],
  ['control_ended', controlAlertOf('acme', { change: 'expired', control, next: {} }, NOON_MS)],
  ['forecast_crossing', projectionAlertOf('acme', crossing, NOON_MS)],
  [
    'anomaly',
    anomalyAlertOf(
      { organizationId: 'acme', scope: 'organization', scopeId: 'acme' },
      { ...hour, actualNanoUsd: 3n * USD, expectedNanoUsd: USD },
      NOON_MS,
    ),
  ],
  [
    'step',
    stepAlertOf(
      { organizationId: 'acme', ...ada },
      {
        direction: 'below',
        since: '2026-11-14',
        fromMs: NOON_MS,
        daysSince: 5,
        beforeNanoUsd: 3n * USD,
        sinceNanoUsd: USD,
      },
      NOON_MS,
    ),
  ],
];

test.each(ALERTS)('what an alert says is a %s as its schema documents', (kind, alert) => {
  const event = eventOfAlert(alert) ?? expect.fail('no event');
  const detail = detailOf(event, DEPLOYMENT);
  expect(detail).toMatchObject({ version: 1, kind, environment: 'test', region: 'eu-central-1' });
  expect(EVENT_DETAILS[event.kind].safeParse(detail).success).toBe(true);
});

test.each(['test', 'digest', 'override_requested'] as const)('a %s is only for people', (kind) => {
  expect(eventOfAlert(alertWith({ kind }))).toBeUndefined();
});

describe('an event', () => {
  let store: EmbeddedStore;
  beforeAll(async () => {
    store = await startEmbeddedStore();
  });
  afterAll(() => store.close());
  const event = eventOfAlert(breachAlertOf(breach)) ?? expect.fail('no event');

  test('is put once, again if the bus failed, and with the same id', async () => {
    const details: EventDetail[] = [];
    let isDown = true;
    const deps = {
      deployment: DEPLOYMENT,
      deliveries: stores(store.db).deliveries,
      now: () => NOON_MS,
      bus: {
        async put(detail: EventDetail) {
          details.push(detail);
          if (isDown) throw new Error('the bus is down');
        },
      },
    };
    await expect(putEvent(deps, event)).rejects.toThrow('the bus is down');
    isDown = false;
    await putEvent(deps, event);
    await putEvent(deps, event);
    expect(details).toHaveLength(2);
    expect(details[0]).toEqual(details[1]);
    const prod = detailOf(event, { ...DEPLOYMENT, environment: 'prod' });
    expect(prod.id).not.toBe(details[0]?.id);
  });

  test('is given to the bus by its kind, and a refusal is an error', async () => {
    const receiver = await startReceiver();
    const bus = createEventBus('events', localEndpoint(`http://127.0.0.1:${receiver.port}`));
    receiver.answers.push('{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}');
    await bus.put(detailOf(event, DEPLOYMENT));
    const { Entries } = JSON.parse(receiver.received[0]?.body ?? '') as {
      Entries: { Detail: string }[];
    };
    expect(Entries).toMatchObject([
      { EventBusName: 'events', Source: 'purser', DetailType: 'breach', Time: NOON_MS / 1_000 },
    ]);
    expect(JSON.parse(Entries[0]?.Detail ?? '')).toMatchObject({
      data: { spentUsd: '12.000000000' },
    });
    receiver.answers.push('{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure"}]}');
    await expect(bus.put(detailOf(event, DEPLOYMENT))).rejects.toThrow('refused an event');
    await receiver.close();
  });
});
