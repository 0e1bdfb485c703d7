import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AiRequest } from '../../../contracts/ai-request.ts';
import { createReservation } from '../../../services/reservations/create-reservation.ts';
import { settleReservation } from '../../../services/reservations/settle-reservation.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { reservingOn } from '../../support/reserving.ts';
import { callOf } from '../../support/call.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const NONE = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };

let store: EmbeddedStore;
let deps: ReturnType<typeof reservingOn>;
beforeAll(async () => {
  store = await startEmbeddedStore();
  deps = reservingOn(store.db);
});
afterAll(() => store.close());

async function reserve(over: Partial<AiRequest>) {
  const request = { system: 'relaycore', userId: 'ada', inputTokens: 1_000, ...over };
  const outcome = await createReservation(deps, callOf('org', NOW), request, undefined);
  if (outcome.kind !== 'reserved') throw new Error('nothing was reserved');
  return outcome.entry;
}

describe('a settlement', () => {
  it('prices cache writes of an hour as the reservation would, and keeps their count', async () => {
    const entry = await reserve({ model: HAIKU, maxOutputTokens: 10 });
    const usage = { ...NONE, cacheWriteTokens: 3_000, cacheWriteOneHourTokens: 1_000 };
    const settled = await settleReservation(deps, entry, { usage }, { nowMs: NOW });
    expect(settled.chargedNanoUsd).toBe(2_000n * 1_250n + 1_000n * 2_000n);
    expect((await deps.ledger.getReservation(entry.entryId))?.usage).toEqual(usage);
  });

  it('keeps the service tier of its reservation', async () => {
    const model = 'amazon.nova-pro-v1:0';
    const usage = { ...NONE, inputTokens: 1_000_000 };
    const costs = await Promise.all(
      ([undefined, 'flex', 'priority', 'batch'] as const).map(async (serviceTier) => {
        const entry = await reserve({ model, serviceTier, maxOutputTokens: 10 });
        return (await settleReservation(deps, entry, { usage }, { nowMs: NOW })).chargedNanoUsd;
      }),
    );
    expect(costs).toEqual([800_000_000n, 400_000_000n, 1_400_000_000n, 400_000_000n]);
  });

  it('charges the images that were made, after holding those that were asked for', async () => {
    const entry = await reserve({ model: 'stability.sd3-5-large-v1:0', images: 3 });
    expect(entry.amountNanoUsd).toBe(240_000_000n);
    const settled = await settleReservation(
      deps,
      entry,
      { usage: { ...NONE, images: 2 } },
      { nowMs: NOW },
    );
    expect(settled.chargedNanoUsd).toBe(160_000_000n);
  });

  it('charges one request of a reranker, whether or not it is counted', async () => {
    const entry = await reserve({ model: 'cohere.rerank-v3-5:0' });
    expect(entry.amountNanoUsd).toBe(2_000_000n);
    const settled = await settleReservation(deps, entry, { usage: NONE }, { nowMs: NOW });
    expect(settled.chargedNanoUsd).toBe(2_000_000n);
  });
});

describe('a reservation', () => {
  it.each([
    [{ model: HAIKU, serviceTier: 'flex' as const }, 'in service tier flex'],
    [{ model: 'arn:aws:bedrock:us-east-1:1:provisioned-model/x' }, 'billed by the hour'],
    [{ model: 'arn:aws:bedrock:us-east-1:1:application-inference-profile/x' }, 'sameAs'],
  ])('of %j is refused, saying why', async (over, why) => {
    await expect(reserve(over)).rejects.toMatchObject({
      kind: 'unknown-price',
      message: expect.stringContaining(why) as string,
      fields: [{ field: 'model' }],
    });
  });
});
