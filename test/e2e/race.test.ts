import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseUsd } from '../../domain/money.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';

const CLIENTS = 64;
const CALLS = 4;
let purser: BorrowedPurser;
beforeAll(async () => {
  purser = await borrowPurser();
});
afterAll(() => purser?.giveBack());

const request = (userId: string) => ({
  system: 'relaycore',
  userId,
  model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
  inputTokens: 1_000,
  maxOutputTokens: 500,
});

describe(`${CLIENTS} clients racing over HTTP for one budget`, () => {
  it('never overspend a nano-dollar, and the last cent is used', async () => {
    const probe = await purser.post('/v1/reservations', request('probe'));
    const each = parseUsd(String(probe.body['allocatedUsd'])) ?? 0n;
    expect(each).toBeGreaterThan(0n);
    // The limit applies from its creation, so the probe does not count.
    const limit = each * 100n;
    const limitUsd = Number(limit) / 1e9;
    const path = `/v1/budgets/organization/${purser.organizationId}/daily`;
    await purser.put(path, { limitUsd });

    const statuses = new Map<number, number>();
    await Promise.all(
      Array.from({ length: CLIENTS }, async (_, client) => {
        for (let call = 0; call < CALLS; call += 1) {
          const { status } = await purser.post('/v1/reservations', request(`u${client}`));
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }
      }),
    );
    expect(Object.fromEntries(statuses)).toEqual({ 201: 100, 429: CLIENTS * CALLS - 100 });
    const budget = await purser.get(path);
    expect(budget.body).toMatchObject({ availableUsd: '0.000000000' });
    expect((await purser.checkLedger()).violations).toEqual([]);
  });
});
