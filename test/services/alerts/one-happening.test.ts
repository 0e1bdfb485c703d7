import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../../domain/alerts/alert.ts';
import { endOfHour } from '../../../domain/alerts/allowances.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';
import { deliverAlert, type DeliveryDeps } from '../../../services/alerts/deliver-alert.ts';
import { sendDigests } from '../../../services/alerts/send-digests.ts';
import { alertWith, preferencesWith } from '../../support/alerts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { guardedOn, raisedOf } from '../../support/guarded.ts';
import { NOON, postingWith } from '../../support/postings.ts';
import { stored } from '../../support/stored.ts';

const DAY_MS = 86_400_000;
const usd = (amount: number): bigint => BigInt(amount) * NANO_PER_USD;

let store: EmbeddedStore;
let guarded: ReturnType<typeof guardedOn>;
let delivery: DeliveryDeps;
let messages: { channel: string; alert: Alert }[];

beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());
beforeEach(() => {
  guarded = guardedOn(store.db);
  messages = [];
  delivery = {
    preferences: guarded.preferences,
    deliveries: stores(store.db).deliveries,
    allowances: stores(store.db).allowances,
    telemetry: guarded.telemetry,
    now: guarded.now,
    send: async ({ channel }, alert) => void messages.push({ channel, alert }),
  };
});

const spendOf = (users: readonly string[], keyId: string, dollars: number, atMs = NOON) =>
  users.map((userId) =>
    postingWith({
      organizationId: guarded.organizationId,
      userId,
      keyId,
      departmentId: undefined,
      amountNanoUsd: usd(dollars),
      occurredAtMs: atMs,
      postedAtMs: atMs,
    }),
  );

/** In the order of the stream: some transactions, a review, more transactions. */
async function post(postings: ReturnType<typeof spendOf>, reviews: number): Promise<void> {
  const perReview = Math.ceil(postings.length / reviews);
  for (let from = 0; from < postings.length; from += perReview) {
    const batch = postings.slice(from, from + perReview);
    await guarded.usage.record(batch, 30, guarded.now());
    await guarded.stream();
  }
}

async function deliverAll(): Promise<void> {
  for (const alert of guarded.sent.splice(0)) await deliverAlert(delivery, alert);
}

const names = (count: number, prefix = 'invented') =>
  Array.from({ length: count }, (_, at) => `${prefix}-${String(at).padStart(3, '0')}`);

const INVENTED = 100;
const REVIEWS = 5;

describe('users that one key invents, 30 USD each', () => {
  test('are a handful of messages; every breach is recorded, and every control in force', async () => {
    await post(spendOf(names(INVENTED), 'key-stolen', 30), REVIEWS);
    await deliverAll();
    const atOnce = messages.length;
    const ofUsers = messages.filter(({ alert }) => alert.subject.includes('new users of key'));
    expect(ofUsers).toHaveLength(1);
    expect(ofUsers[0]?.alert.subject).toContain(
      `Emergency: ${INVENTED / REVIEWS} new users of key key-stolen reached their limits`,
    );
    expect(atOnce).toBeLessThanOrEqual(8);
    // Held alerts go out in one summary at the end of the hour.
    guarded.at(endOfHour(guarded.now()));
    await sendDigests(delivery);
    expect(messages.length).toBe(atOnce + 1);
    expect(messages.at(-1)?.alert.body).toContain(
      `${INVENTED / REVIEWS} new users of key key-stolen reached their limits`,
    );

    const { breaches } = await guarded.breaches.listByTime(guarded.organizationId, {
      limit: 2_000,
    });
    const ofInvented = breaches.filter(({ scopeId }) => scopeId.startsWith('invented-'));
    expect(ofInvented).toHaveLength(3 * INVENTED);
    expect(breaches.every(({ notification }) => notification === 'sent')).toBe(true);
    const controls = await guarded.controls.listByOrganization(guarded.organizationId);
    const shut = controls.filter(
      ({ scope, state }) => scope === 'user' && state.automatic?.restriction.action === 'shutdown',
    );
    expect(shut).toHaveLength(INVENTED);
  }, 120_000);
});

describe('what one spend breaches', () => {
  test('is one alert about the gravest, with a line for each of the others', async () => {
    await post(spendOf(['ada'], 'key-1', 26), 1);
    const crossed = guarded.sent.filter(({ kind }) => kind === 'threshold_crossed');
    expect(crossed).toHaveLength(1);
    expect(crossed[0]).toMatchObject({ scope: 'user', scopeId: 'ada', severity: 'emergency' });
    expect(crossed[0]?.body).toMatch(/^organization guarded-\d+, emergency: +spent 26/m);
    expect(await raisedOf(guarded)).toEqual(['critical', 'emergency', 'warning']);
    await deliverAll();
    expect(messages).toHaveLength(1);
  });

  test('of users who are known is told as theirs, not as news of the key', async () => {
    await post(spendOf(['ada', 'grace'], 'key-1', 1, NOON - DAY_MS), 1);
    await post(spendOf(['ada', 'grace', 'edsger'], 'key-1', 7), 1);
    expect(guarded.sent.filter(({ subject }) => subject.includes('new users'))).toEqual([]);
    const [crossed] = guarded.sent.filter(({ kind }) => kind === 'threshold_crossed');
    expect(crossed?.body).toMatch(/^user edsger, warning: +spent 7/m);
  });

  test('of scopes with preferences of their own is told to their people, each once', async () => {
    const ada = { scope: 'user', scopeId: 'ada' } as const;
    const own = preferencesWith({ channels: [{ channel: 'email', to: ['ada@example.com'] }] });
    await stored(store.db, guarded.preferences.replacement(guarded.organizationId, ada, own));
    await post(spendOf(['ada'], 'key-1', 12), 1);
    const crossed = guarded.sent.filter(({ kind }) => kind === 'threshold_crossed');
    expect(crossed.map(({ scope }) => scope).toSorted()).toEqual(['system', 'user']);
    expect(crossed.find(({ scope }) => scope === 'user')?.body).not.toContain(
      'organization guarded',
    );
  });
});

describe('an address that people read', () => {
  const alert = (count: number, facts: Partial<Alert> = {}) =>
    alertWith({
      organizationId: guarded.organizationId,
      dedupKey: `alert-${count}-${facts.severity ?? ''}`,
      ...facts,
    });

  test('gets 5 messages in an hour and 5 emergencies; the rest is one summary, and none is lost', async () => {
    for (let count = 0; count < 9; count += 1) {
      await deliverAlert(delivery, alert(count));
      // The queue may redeliver it.
      await deliverAlert(delivery, alert(count));
    }
    for (let count = 0; count < 7; count += 1) {
      await deliverAlert(delivery, alert(count, { severity: 'emergency' }));
    }
    expect(messages).toHaveLength(10);
    guarded.at(endOfHour(guarded.now()));
    await sendDigests(delivery);
    expect(messages).toHaveLength(11);
    expect(messages[10]?.alert).toMatchObject({ kind: 'digest', attributes: { alerts: '6' } });
    await deliverAlert(delivery, alert(50));
    expect(messages).toHaveLength(12);
  });

  test('does not apply to webhooks and pagers, which get every alert', async () => {
    const scope = { scope: 'user', scopeId: 'ada' } as const;
    const channels = [
      { channel: 'webhook', url: 'https://example.com/hook', secret: 's'.repeat(16) } as const,
      { channel: 'pagerduty', routingKey: 'r'.repeat(32) } as const,
    ];
    const preferences = preferencesWith({ channels });
    await stored(
      store.db,
      guarded.preferences.replacement(guarded.organizationId, scope, preferences),
    );
    for (let count = 0; count < 8; count += 1) await deliverAlert(delivery, alert(count));
    expect(messages).toHaveLength(16);
  });
});

describe('costs in dispute', () => {
  const level = { name: 'critical', amountNanoUsd: usd(100), period: 'hourly' } as const;

  test('restrict nobody until they are confirmed, and free whom they restricted when they are taken back', async () => {
    const organization = { scope: 'organization', scopeId: guarded.organizationId } as const;
    await stored(
      store.db,
      guarded.thresholds.replacement(guarded.organizationId, organization, [
        { ...level, action: 'throttle', tier: 3 },
      ]),
    );
    const claim = { amountNanoUsd: usd(1_000_000_000), disputedNanoUsd: usd(999_999_999) };
    for (const userId of ['ada', 'grace']) {
      await guarded.spend({ ...claim, userId, keyId: 'key-odd' });
      await guarded.stream();
    }
    expect(await guarded.controls.listByOrganization(guarded.organizationId)).toEqual([]);
    expect(await raisedOf(guarded, guarded.organizationId)).toEqual([]);

    // If confirmed, it counts; if refused, it is removed and frees the restricted user.
    const dispute = { kind: 'correction', requests: 0, userId: 'ada', keyId: 'key-odd' } as const;
    await guarded.spend({ ...dispute, amountNanoUsd: 0n, disputedNanoUsd: usd(-999_999_999) });
    await guarded.stream();
    const [restricted] = await guarded.controls.listByOrganization(guarded.organizationId);
    expect(restricted?.state.automatic?.restriction).toEqual({ action: 'throttle', tier: 3 });
    await guarded.spend({ ...dispute, amountNanoUsd: usd(-1_000_000_000) });
    await guarded.stream();
    const [freed] = await guarded.controls.listByOrganization(guarded.organizationId);
    expect(freed?.state.automatic).toBeUndefined();
  });
});
