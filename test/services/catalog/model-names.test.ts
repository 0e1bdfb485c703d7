import { describe, expect, it } from 'vitest';
import type { RateCard } from '../../../domain/pricing/rate-card.ts';
import { createModelNames, requireOwnModel } from '../../../services/catalog/model-names.ts';

const NOW = Date.parse('2026-11-21T10:00:00Z');
const OPUS = 'anthropic.claude-opus-4-6-v1';
const SONNET = 'anthropic.claude-sonnet-4-6';
const PROFILE = 'team-profile';

const card = (effectiveFromMs: number, sameAs?: string): RateCard => ({
  model: PROFILE,
  effectiveFromMs,
  source: 'platform team',
  sourceDate: '2026-11-21',
  inputNanoUsdPerMillion: 1n,
  outputNanoUsdPerMillion: 1n,
  sameAs,
});

/** Names over cards that a test may change, and every read of them. */
function namesOver(cards: Record<string, RateCard[]>) {
  const clock = { nowMs: NOW };
  const reads: string[][] = [];
  const names = createModelNames(
    {
      getMany: async (_, models) => {
        reads.push([...models]);
        return new Map(
          models.flatMap((model) => {
            const dated = cards[model];
            return dated ? [[model, dated] as const] : [];
          }),
        );
      },
    },
    () => clock.nowMs,
  );
  const modelOf = async (name: string, atMs = clock.nowMs): Promise<string> =>
    (await names.read('acme', [name]))(name, atMs);
  return { names, reads, clock, modelOf };
}

describe('a name of a model', () => {
  it('stands for the model that its card names, by the time of the request', async () => {
    const dated = [card(NOW - 10, OPUS), card(NOW, SONNET), card(NOW + 10)];
    const { modelOf } = namesOver({ [PROFILE]: dated });
    expect(await modelOf(PROFILE, NOW - 11)).toBe(PROFILE);
    expect(await modelOf(PROFILE, NOW - 1)).toBe(OPUS);
    expect(await modelOf(PROFILE, NOW)).toBe(SONNET);
    expect(await modelOf(PROFILE, NOW + 10)).toBe(PROFILE);
  });

  it('stands for itself without a read if it has a built-in price', async () => {
    const { modelOf, reads } = namesOver({ [OPUS]: [card(0, SONNET)] });
    expect(await modelOf(OPUS)).toBe(OPUS);
    expect(await modelOf(`eu.${OPUS}`)).toBe(`eu.${OPUS}`);
    expect(reads).toEqual([]);
  });

  it('is read again after two seconds, and each time while it has no card', async () => {
    const cards: Record<string, RateCard[]> = {};
    const { modelOf, reads, clock } = namesOver(cards);
    expect(await modelOf(PROFILE)).toBe(PROFILE);
    cards[PROFILE] = [card(NOW, OPUS)];
    expect(await modelOf(PROFILE)).toBe(OPUS);
    cards[PROFILE] = [card(NOW, SONNET)];
    clock.nowMs += 1_999;
    expect(await modelOf(PROFILE)).toBe(OPUS);
    expect(reads).toHaveLength(2);
    clock.nowMs += 1;
    expect(await modelOf(PROFILE)).toBe(SONNET);
  });

  it('gets no limits if it stands for another model', async () => {
    const { names } = namesOver({ [PROFILE]: [card(NOW, OPUS)] });
    const call = { organizationId: 'acme', nowMs: NOW };
    const limit = (scope: 'model' | 'user', scopeId: string): Promise<void> =>
      requireOwnModel(names, call, { scope, scopeId });
    await expect(limit('model', PROFILE)).rejects.toThrow(OPUS);
    await expect(limit('model', OPUS)).resolves.toBeUndefined();
    await expect(limit('user', PROFILE)).resolves.toBeUndefined();
  });
});
