import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { stores } from '../../../composition/stores.ts';
import { type Alert, ALERT_KINDS } from '../../../domain/alerts/alert.ts';
import { alertEndOf } from '../../../domain/alerts/alert-end.ts';
import { anomalyAlertOf } from '../../../domain/alerts/anomaly-alert.ts';
import { breachAlertOf } from '../../../domain/alerts/breach-alert.ts';
import { controlAlertOf } from '../../../domain/alerts/control-alert.ts';
import type { SpenderNews } from '../../../domain/anomalies/spender-news.ts';
import { newSpenderAlertOf, newSpenderEndOf } from '../../../domain/alerts/new-spender-alert.ts';
import { deviationAlertOf } from '../../../domain/alerts/deviation-alert.ts';
import { overrideAlertOf } from '../../../domain/alerts/override-alert.ts';
import { patternAlertOf } from '../../../domain/alerts/pattern-alert.ts';
import { noPriceWaits, priceAlertOf } from '../../../domain/alerts/price-alert.ts';
import { stepAlertOf } from '../../../domain/alerts/step-alert.ts';
import { projectionAlertOf } from '../../../domain/alerts/projection-alert.ts';
import type { Control } from '../../../domain/controls/control.ts';
import type { Entry } from '../../../domain/ledger/entry.ts';
import type { OverrideRequest } from '../../../domain/ledger/override-request.ts';
import { pagerDutyEventOf } from '../../../domain/alerts/pagerduty-event.ts';
import type { NamedPattern } from '../../../domain/patterns/pattern-history.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';
import { deliverAlert, type DeliveryDeps } from '../../../services/alerts/deliver-alert.ts';
import { sendDigests } from '../../../services/alerts/send-digests.ts';
import { DEPLOYMENT, preferencesWith } from '../../support/alerts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { guardedOn } from '../../support/guarded.ts';
import { NOON } from '../../support/postings.ts';
import { stored } from '../../support/stored.ts';

const usd = (amount: number): bigint => BigInt(amount) * NANO_PER_USD;
const MIDNIGHT = Date.parse('2026-11-22T00:00:00Z');

let store: EmbeddedStore;
let guarded: ReturnType<typeof guardedOn>;
let delivery: DeliveryDeps;
/** What the pager and the mailbox got. */
let pages: Alert[];
let mails: Alert[];

beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());
beforeEach(async () => {
  guarded = guardedOn(store.db);
  pages = [];
  mails = [];
  delivery = {
    preferences: guarded.preferences,
    deliveries: stores(store.db).deliveries,
    allowances: stores(store.db).allowances,
    telemetry: guarded.telemetry,
    now: guarded.now,
    send: async ({ channel }, alert) => void (channel === 'email' ? mails : pages).push(alert),
  };
  const organization = { scope: 'organization', scopeId: guarded.organizationId } as const;
  const pager = { channel: 'pagerduty', routingKey: 'r'.repeat(32) } as const;
  const preferences = preferencesWith({ channels: [{ channel: 'email' }, pager] });
  await stored(
    store.db,
    guarded.preferences.replacement(guarded.organizationId, organization, preferences),
  );
});

const deliverAll = async () => {
  for (const alert of guarded.sent.splice(0)) await deliverAlert(delivery, alert);
};
/** What PagerDuty gets of an alert. */
const eventOf = (alert: Alert) =>
  pagerDutyEventOf(alert, {
    routingKey: 'r',
    incidentId: alert.incidentKey ?? alert.dedupKey,
    deployment: DEPLOYMENT,
  });
/** The incidents that are open at the pager, by the events that it got. */
function openIncidents(): string[] {
  const open = new Set<string>();
  for (const alert of pages) {
    const key = alert.incidentKey ?? alert.dedupKey;
    const { event_action: action } = eventOf(alert);
    if (action === 'resolve') open.delete(key);
    else open.add(key);
  }
  return [...open];
}

describe('the incident of a level', () => {
  test('ends with its period, and nobody gets a mail of the end', async () => {
    await guarded.spend({ amountNanoUsd: usd(27) });
    await guarded.stream();
    await deliverAll();
    expect(openIncidents().length).toBeGreaterThan(0);
    const told = mails.length;
    guarded.at(MIDNIGHT - 1_000);
    await sendDigests(delivery);
    expect(openIncidents().length).toBeGreaterThan(0);
    guarded.at(MIDNIGHT + 1_000);
    await sendDigests(delivery);
    await sendDigests(delivery);
    await guarded.monitor();
    await deliverAll();
    expect(openIncidents()).toEqual([]);
    expect(mails.filter(({ isEnd }) => isEnd)).toEqual([]);
    expect(mails.length).toBeGreaterThanOrEqual(told);
  });

  test('ends earlier when a correction leaves no level crossed', async () => {
    await guarded.spend({ amountNanoUsd: usd(7) });
    await guarded.stream();
    await deliverAll();
    expect(openIncidents()).toHaveLength(1);
    await guarded.spend({ amountNanoUsd: usd(-6), kind: 'correction', requests: 0 });
    await guarded.stream();
    await deliverAll();
    expect(openIncidents()).toEqual([]);
  });
});

const ada = { scope: 'user', scopeId: 'ada' } as const;
const day = {
  ...ada,
  period: 'daily',
  periodKey: '2026-11-21',
  spent: usd(9),
  limit: usd(8),
  endsAtMs: MIDNIGHT,
} as const;
const level = (period: 'hourly' | 'daily') =>
  breachAlertOf({
    ...day,
    organizationId: 'acme',
    period,
    level: { name: 'warning', amountNanoUsd: usd(8), period, action: 'alert' },
    raisedAtMs: NOON,
    executedAction: 'alert',
  });
const entry = {
  entryId: 'one',
  organizationId: 'acme',
  keyId: 'key-1',
  chargedNanoUsd: usd(1),
} as Entry;
const request: OverrideRequest = {
  ...ada,
  requestId: 'request-1',
  period: 'daily',
  addNanoUsd: usd(5),
  reason: 'a deadline',
  askedBy: 'key-1',
  askedAtMs: NOON,
  state: 'pending',
};
const control: Control = {
  ...ada,
  restriction: { action: 'disable' },
  origin: 'manual',
  actor: 'key-1',
  reason: 'a loop',
  appliedAtMs: NOON,
  changedAtMs: NOON,
};

const pattern = (name: NamedPattern['pattern']): NamedPattern => ({
  pattern: name,
  since: '2026-11-01',
  reason: 'clear',
  weeklyChangePercent: 1,
});

const newSpender: SpenderNews = {
  dimension: 'user',
  value: 'ada',
  firstDay: '2026-11-19',
  day: '2026-11-20',
  costNanoUsd: usd(30),
  billNanoUsd: usd(100),
  joined: [],
  uses: [],
  lastDay: '2026-11-20',
};

/** The beginning of each kind of alert, and what ends it. */
const BEGINNINGS: Record<string, { alert: Alert; endedBy: Alert | 'time' }> = {
  threshold_crossed: { alert: level('daily'), endedBy: 'time' },
  spend_rate_exceeded: { alert: level('hourly'), endedBy: 'time' },
  projected_limit_exceeded: {
    alert: projectionAlertOf('acme', { ...day, projected: usd(9), crossesAtMs: NOON }, NOON),
    endedBy: 'time',
  },
  cost_deviates: { alert: deviationAlertOf(entry, 'late', NOON), endedBy: 'time' },
  pattern_changed: {
    alert: patternAlertOf(
      { organizationId: 'acme', ...ada },
      { before: pattern('steady'), after: pattern('growing') },
      MIDNIGHT,
    ),
    endedBy: 'time',
  },
  // `tellAnomalies` ends it once a whole hour is as usual again.
  anomaly_detected: (() => {
    const of = { organizationId: 'acme', scope: 'organization', scopeId: 'acme' } as const;
    const hours = { fromMs: NOON, toMs: NOON, actualNanoUsd: usd(2), expectedNanoUsd: usd(1) };
    const alert = anomalyAlertOf(of, hours, NOON);
    return { alert, endedBy: alertEndOf(alert, 'spending is as usual again', NOON) };
  })(),
  // `tellNewSpenders` ends it after a quiet week or four weeks.
  new_spender: {
    alert: newSpenderAlertOf('acme', newSpender, { nowMs: NOON }),
    endedBy: newSpenderEndOf('acme', newSpender, { why: 'fell', nowMs: NOON }),
  },
  step_detected: {
    alert: stepAlertOf(
      { organizationId: 'acme', ...ada },
      {
        direction: 'above',
        since: '2026-10-25',
        fromMs: MIDNIGHT - 28 * 86_400_000,
        daysSince: 5,
        beforeNanoUsd: usd(4),
        sinceNanoUsd: usd(12),
      },
      NOON,
    ),
    endedBy: 'time',
  },
  control_applied: {
    alert: controlAlertOf('acme', { change: 'applied', control, next: {} }, NOON),
    endedBy: controlAlertOf('acme', { change: 'reversed', control, next: {} }, NOON),
  },
  override_requested: {
    alert: overrideAlertOf('acme', request, NOON),
    endedBy: overrideAlertOf('acme', { ...request, state: 'denied' }, NOON),
  },
  prices_changed: {
    alert: priceAlertOf('acme', { prices: [], digest: 'one' }, NOON),
    endedBy: noPriceWaits('acme', NOON),
  },
};
/** These end another kind. */
const ENDINGS = ['control_ended', 'override_decided'];
/** They come with the watch over capacity. */
const TO_COME = ['performance_degraded', 'optimization_applied'];

test('every kind of alert begins somewhere and has an end, or is one', () => {
  expect([...Object.keys(BEGINNINGS), ...ENDINGS, ...TO_COME].toSorted()).toEqual(
    [...ALERT_KINDS].toSorted(),
  );
});

test.each(Object.entries(BEGINNINGS))(
  '%s opens an incident that ends',
  (kind, { alert, endedBy }) => {
    const of = (each: Alert) => each.incidentKey ?? each.dedupKey;
    expect(alert.kind).toBe(kind);
    expect(eventOf(alert).event_action).toBe('trigger');
    if (endedBy === 'time') {
      expect(alert.endsAtMs).toBe(MIDNIGHT);
      return;
    }
    expect(eventOf(endedBy).event_action).toBe('resolve');
    expect(of(endedBy)).toBe(of(alert));
  },
);
