import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routeAlert } from '../../../domain/alerts/route-alert.ts';
import { COOL_DOWN_MS } from '../../../domain/controls/control.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';
import { untouchedBalance } from '../../../domain/ledger/budget.ts';
import { createBudgetManager } from '../../../services/budgets/manage-budgets.ts';
import { balanceItem } from '../../../tables/ledger/budget-items.ts';
import { createThresholdManager } from '../../../services/controls/manage-thresholds.ts';
import { createControlsReader } from '../../../services/controls/controls-in-force.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { NOON } from '../../support/postings.ts';
import { preferencesWith } from '../../support/alerts.ts';
import { guardedOn, raisedOf, told } from '../../support/guarded.ts';
import { stored } from '../../support/stored.ts';

const usd = (amount: number): bigint => BigInt(amount) * NANO_PER_USD;

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

describe('a control that spend calls for', () => {
  test('of a month restricts on when the day is over, and the end of what the day called for is told', async () => {
    const guarded = guardedOn(store.db);
    await stored(
      store.db,
      guarded.thresholds.replacement(guarded.organizationId, { scope: 'user', scopeId: 'ada' }, [
        { name: 'warning', amountNanoUsd: usd(1), period: 'daily', action: 'alert' },
        { name: 'emergency', amountNanoUsd: usd(25), period: 'daily', action: 'shutdown' },
        {
          name: 'critical',
          amountNanoUsd: usd(20),
          period: 'monthly',
          action: 'throttle',
          tier: 3,
        },
      ]),
    );
    await guarded.spend({ amountNanoUsd: usd(30) });
    await guarded.stream();
    expect(await guarded.changes()).toEqual(['applied shutdown']);
    const next = NOON + 86_400_000;
    guarded.at(next);
    guarded.sent.length = 0;
    await guarded.spend({ amountNanoUsd: usd(2), occurredAtMs: next });
    // The day's first spend finds an expired control and a milder breach.
    await guarded.stream();
    expect(await guarded.changes()).toEqual([
      'applied shutdown',
      'expired shutdown',
      'applied throttle',
    ]);
    expect(told(guarded.sent).toSorted()).toEqual(['applied', 'expired', 'warning']);
  });

  test('ends when a person raises the threshold, by the stream at once, by the monitor after its cool-down', async () => {
    const guarded = guardedOn(store.db);
    const ada = { scope: 'user', scopeId: 'ada' } as const;
    const who = { organizationId: guarded.organizationId, actor: 'key-1' };
    const thresholds = createThresholdManager(guarded);
    const raiseTo = (amount: number) =>
      thresholds.putLevels({ ...who, nowMs: NOON + amount }, ada, [
        { name: 'critical', amountNanoUsd: usd(amount), period: 'daily', action: 'disable' },
      ]);
    await guarded.spend({ amountNanoUsd: usd(26) });
    await guarded.stream();
    await guarded.monitor();
    expect(await guarded.changes()).toEqual(['applied shutdown']);
    await raiseTo(27);
    await guarded.monitor();
    expect(await guarded.changes()).toEqual(['applied shutdown']);
    await guarded.stream();
    expect(await guarded.changes()).toEqual(['applied shutdown', 'recovered shutdown']);
  });

  test('is reported as a control too, to recipients without breaches', async () => {
    const guarded = guardedOn(store.db);
    await guarded.spend({ amountNanoUsd: usd(26) });
    await guarded.stream();
    const alert = guarded.sent.find(({ kind }) => kind === 'control_applied');
    const routingKey = 'r'.repeat(32);
    const preferences = preferencesWith({
      channels: [
        { channel: 'email' },
        { channel: 'email', to: ['calm@example.com'], minimumLevel: 'emergency' },
        { channel: 'pagerduty', routingKey, kinds: ['control_applied', 'control_ended'] },
      ],
    });
    expect(alert && routeAlert(alert, preferences, NOON)).toMatchObject([
      { target: { channel: 'pagerduty' } },
    ]);
  });

  test('of a model counts for its every form, which its control holds for, until it is corrected', async () => {
    const guarded = guardedOn(store.db);
    const { organizationId } = guarded;
    const [plain, regional] = ['amazon.nova-lite-v1:0', 'us.amazon.nova-lite-v1:0'];
    const model = { scope: 'model', scopeId: 'amazon.nova-lite' } as const;
    await stored(
      store.db,
      guarded.thresholds.replacement(organizationId, { scope: 'model', scopeId: regional }, [
        { name: 'warning', amountNanoUsd: usd(10), period: 'hourly', action: 'alert' },
        { name: 'critical', amountNanoUsd: usd(10), period: 'daily', action: 'disable' },
        { name: 'warning', amountNanoUsd: usd(10), period: 'monthly', action: 'alert' },
      ]),
    );
    await guarded.spend({ model: plain, amountNanoUsd: usd(6) });
    await guarded.monitor();
    expect(await raisedOf(guarded, model.scopeId)).toEqual([]);
    await guarded.spend({ model: regional, amountNanoUsd: usd(6) });
    await guarded.monitor();
    expect(await raisedOf(guarded, model.scopeId)).toEqual(['critical', 'warning', 'warning']);
    const inForce = () =>
      createControlsReader(guarded.controls, guarded.now).inForce(organizationId, [model]);
    expect(await inForce()).toMatchObject([{ restriction: { action: 'disable' } }]);
    guarded.at(NOON + COOL_DOWN_MS);
    await guarded.monitor();
    expect(await inForce()).toHaveLength(1);
    await guarded.spend({
      model: plain,
      amountNanoUsd: usd(-6),
      kind: 'correction',
      requests: 0,
    });
    await guarded.monitor();
    expect(await inForce()).toEqual([]);
    expect(told(guarded.sent, model.scopeId)).toContain('recovered');
  });

  test('of a share of a model’s budget holds for every form of the model’s name', async () => {
    const guarded = guardedOn(store.db);
    const { organizationId } = guarded;
    const regional = { scope: 'model', scopeId: 'us.amazon.nova-lite-v1:0' } as const;
    const ref = { scope: 'model', scopeId: 'amazon.nova-lite', period: 'daily' } as const;
    const limitNanoUsd = usd(4);
    await createBudgetManager(guarded).put(
      { organizationId, actor: 'key-1', nowMs: NOON },
      { ...regional, period: 'daily' },
      { limitNanoUsd, timeZone: 'UTC', enforcement: 'observe' },
    );
    const settled = { headroomNanoUsd: 0n, reservedNanoUsd: 0n, settledNanoUsd: limitNanoUsd };
    await store.db.write({
      kind: 'put',
      table: 'ledger',
      item: balanceItem(
        organizationId,
        { ...ref, periodKey: '2026-11-21' },
        { ...untouchedBalance(0n), limitNanoUsd, ...settled },
      ),
    });
    await stored(
      store.db,
      guarded.thresholds.replacement(organizationId, regional, [
        { name: 'critical', percentHundredths: 10_000, period: 'daily', action: 'disable' },
      ]),
    );
    await guarded.spend({ model: regional.scopeId, amountNanoUsd: limitNanoUsd });
    await guarded.monitor();
    const read = createControlsReader(guarded.controls, guarded.now);
    expect(await read.inForce(organizationId, [ref])).toMatchObject([
      { restriction: { action: 'disable' } },
    ]);
  });
});
