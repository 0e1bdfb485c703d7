import { afterAll, beforeAll, expect, test } from 'vitest';
import { pendingChange } from '../../../domain/ledger/calendar.ts';
import { chargeUsage } from '../../../services/reservations/charge-usage.ts';
import { resolveRate } from '../../../domain/pricing/resolve-rate.ts';
import { callOf } from '../../support/call.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { MODEL, reservingOn } from '../../support/reserving.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const NEXT_WEEK = Date.parse('2026-11-23T00:00:00Z');
const ADA = { scope: 'user', scopeId: 'ada', period: 'weekly' } as const;
const UTC = { limitNanoUsd: 10_000_000_000n, timeZone: 'UTC', enforcement: 'enforce' } as const;

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

/** The first event of the next week. */
const spendNextWeek = (organizationId: string) =>
  chargeUsage(
    reservingOn(store.db),
    callOf(organizationId, NOW),
    [
      {
        index: 0,
        event: {
          eventId: 'early',
          at: NEXT_WEEK,
          system: 'relaycore',
          userId: 'ada',
          model: MODEL,
          usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 },
        },
      },
    ],
    ({ model, at }) => {
      const resolved = resolveRate({ model, atMs: at });
      return resolved.ok ? resolved.rate : { field: 'model', message: 'not known' };
    },
  );

test.each([
  ['with the next week', false, '2026-11-23T00:00:00.000Z'],
  ['after the next week if that opens at the same time', true, '2026-11-30T00:00:00.000Z'],
])('a new start of the week applies %s', async (_, isRaced, fromText) => {
  const organizationId = `weeks-${isRaced}`;
  const call = { organizationId, actor: 'test', nowMs: NOW };
  await reservingOn(store.db).budgets.put(call, ADA, UTC);
  let races = 0;
  const raced = reservingOn({
    ...store.db,
    async transact(writes) {
      races += 1;
      if (isRaced && races === 1) await spendNextWeek(organizationId);
      return store.db.transact(writes);
    },
  });
  const change = { ...UTC, weekStartsOn: 'wednesday' } as const;
  const { budget } = await raced.budgets.put(call, ADA, change);
  const { fromMs = 0 } = pendingChange(budget, NOW) ?? {};
  expect(new Date(fromMs).toISOString()).toBe(fromText);
});
