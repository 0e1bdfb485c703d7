import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AiRequest } from '../../../contracts/ai-request.ts';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import { coldState } from '../../../domain/prediction/predictor-state.ts';
import type { RateCard } from '../../../domain/pricing/rate-card.ts';
import { candidatesFor } from '../../../domain/selection/candidates.ts';
import { supplyFor } from '../../../domain/selection/supply.ts';
import { quoteRequest } from '../../../services/prediction/quote-request.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const SONNET = 'anthropic.claude-sonnet-4-6';
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';

const asking = (more: Partial<AiRequest> = {}): AiRequest => ({
  system: 'relaycore',
  userId: 'ada',
  inputTokens: 1_000,
  ...more,
});

function quote(more: Partial<AiRequest>, overrides: [string, RateCard[]][] = []) {
  const request = asking(more);
  const supply = supplyFor(request, { catalog: builtInCatalog, nowMs: NOW });
  const { models } = candidatesFor(request, supply);
  return quoteRequest({
    request,
    models,
    overrides: new Map(overrides),
    state: coldState(),
    supply,
  });
}

function quoted(more: Partial<AiRequest>) {
  const answer = quote(more);
  if (!answer.ok) throw answer.problem;
  return answer;
}

describe('quoteRequest', () => {
  test('prices the input exactly and the ceiling by the maximum', () => {
    const { quotes } = quoted({ model: SONNET, maxOutputTokens: 200 });
    expect(quotes[0]).toMatchObject({
      model: SONNET,
      inputTokens: 1_000,
      ceilingNanoUsd: 1_000n * 3_000n + 200n * 15_000n,
      basis: 'global-prior',
      upperBoundProbability: 0.95,
    });
    const [{ expectedCostNanoUsd, expectedOutputTokens }] = quotes;
    expect(expectedCostNanoUsd).toBe(3_000_000n + BigInt(expectedOutputTokens) * 15_000n);
  });

  test('takes the maximum of the model where the caller states none', () => {
    const { quotes } = quoted({ model: HAIKU });
    expect(quotes[0]?.ceilingNanoUsd).toBe(1_000n * 1_000n + 64_000n * 5_000n);
  });

  test('orders its figures for any request', () => {
    const models = builtInCatalog.list().map(({ model }) => model);
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.integer({ min: 0, max: 100_000_000 }),
        fc.option(fc.integer({ min: 1, max: 100_000_000 }), { nil: undefined }),
        fc.option(fc.string({ maxLength: 200 }), { nil: undefined }),
        (model, inputTokens, maxOutputTokens, prompt) => {
          const input = prompt === undefined ? { inputTokens } : { inputTokens: undefined, prompt };
          for (const each of quoted({ model, maxOutputTokens, ...input }).quotes) {
            const isEmpty = each.inputTokens === 0 && each.expectedOutputTokens === 0;
            expect(each.expectedCostNanoUsd > 0n || isEmpty).toBe(true);
            expect(each.expectedCostNanoUsd <= each.upperBoundNanoUsd).toBe(true);
            expect(each.upperBoundNanoUsd <= each.ceilingNanoUsd).toBe(true);
            expect(each.inputMarginNanoUsd >= 0n).toBe(true);
            expect(each.confidence).toBeGreaterThanOrEqual(0);
            expect(each.confidence).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });

  test('is certain about requests without output, and about empty ones', () => {
    for (const inputTokens of [0, 1_000]) {
      const [embedded] = quoted({ model: 'amazon.titan-embed-text-v2:0', inputTokens }).quotes;
      const costNanoUsd = BigInt(inputTokens) * 20n;
      expect(embedded).toMatchObject({ confidence: 1, expectedCostNanoUsd: costNanoUsd });
      expect(embedded?.typicalCost()).toBe(costNanoUsd);
    }
  });

  test('covers the error of counting a prompt in the upper bound', () => {
    const [imageQuote] = quoted({
      model: SONNET,
      prompt: 'word '.repeat(1_000),
      inputTokens: undefined,
    }).quotes;
    expect(imageQuote?.inputMarginNanoUsd).toBeGreaterThan(0n);
    expect(quoted({ model: SONNET }).quotes[0]?.inputMarginNanoUsd).toBe(0n);
  });

  test.each([
    [{ model: 'nobody.knows' }, 'model'],
    [{ model: SONNET, candidates: [HAIKU, 'nobody.knows'] }, 'candidates[1]'],
    [{ candidates: ['nobody.knows'] }, 'candidates[0]'],
  ])('refuses an unknown price of %j, naming %s', (more, field) => {
    const answer = quote(more);
    expect(answer.ok).toBe(false);
    if (answer.ok) return;
    expect(answer.problem).toMatchObject({ kind: 'unknown-price' });
    expect(answer.problem.fields[0]?.field).toBe(field);
  });

  test('refuses a model that does not speak what the request needs, and leaves others out', () => {
    const refused = quote({ model: SONNET, apis: ['chat', 'responses'] });
    expect(refused.ok).toBe(false);
    if (refused.ok) return;
    expect(refused.problem.fields).toEqual([
      {
        field: 'model',
        message: expect.stringMatching(/not known to speak chat or responses/) as string,
      },
    ]);
    expect(quote({ model: SONNET, apis: ['messages', 'converse'] })).toMatchObject({ ok: true });
    const candidates = [SONNET, 'openai.gpt-oss-120b-1:0'];
    expect(quote({ candidates, apis: ['responses'] })).toMatchObject({
      quotes: [{ model: 'openai.gpt-oss-120b-1:0' }],
      unquoted: [{ model: SONNET, because: 'api' }],
    });
    expect(quote({ apis: ['embeddings'] }).ok).toBe(false);
  });

  test('leaves models without a price or without room out, and says why', () => {
    const request = asking({ model: SONNET, inputTokens: 500_000 });
    const quoteSet = quoteRequest({
      request,
      models: [SONNET, HAIKU, 'nobody.knows'],
      overrides: new Map(),
      state: coldState(),
      supply: supplyFor(request, { catalog: builtInCatalog, nowMs: NOW }),
    });
    expect(quoteSet).toMatchObject({
      ok: true,
      unquoted: [
        { model: HAIKU, because: 'no-room' },
        { model: 'nobody.knows', because: 'no-price' },
      ],
      notRecommended: [],
    });
    expect(quoted({ model: SONNET }).notRecommended).toEqual([
      { model: HAIKU, because: 'not-named' },
    ]);
  });

  test('takes the organization’s own price', () => {
    const card: RateCard = {
      model: 'own.model',
      effectiveFromMs: 0,
      source: 'contract',
      sourceDate: '2026-11-01',
      inputNanoUsdPerMillion: 1_000_000n,
      outputNanoUsdPerMillion: 1_000_000n,
    };
    const answer = quote({ model: 'own.model', maxOutputTokens: 10 }, [['own.model', [card]]]);
    expect(answer.ok && answer.quotes[0]?.ceilingNanoUsd).toBe(1_010n);
  });

  describe('recommends', () => {
    test('the requested model if no other counts as good enough', () => {
      const { quotes, recommended } = quoted({ model: SONNET });
      expect(recommended.model).toBe(SONNET);
      expect(quotes.map(({ model }) => model)).toEqual([SONNET, HAIKU]);
    });

    test('the cheapest of model and candidates', () => {
      const answer = quoted({ model: SONNET, candidates: ['anthropic.claude-opus-5', HAIKU] });
      expect(answer.recommended.model).toBe(HAIKU);
      expect(answer.quotes[0]?.model).toBe(SONNET);
    });

    test('the cheapest that reaches the requested quality and speed', () => {
      const good = quoted({ minQuality: 0.9 });
      expect(good.quotes[0]).toBe(good.recommended);
      expect(good.recommended.quality).toBeGreaterThanOrEqual(0.9);
      const fast = quoted({ maxLatencyMs: 1_500 });
      expect(fast.recommended.latencyMs).toBeLessThanOrEqual(1_500);
      for (const each of good.quotes) {
        const suits = (each.quality ?? 0) >= 0.9;
        if (suits) {
          expect(each.expectedCostNanoUsd >= good.recommended.expectedCostNanoUsd).toBe(true);
        }
      }
    });

    test('no model without room for the input or output, except the requested one', () => {
      const long = quoted({ model: 'anthropic.claude-sonnet-5', inputTokens: 500_000 });
      expect(long.quotes.map(({ model }) => model)).toEqual(['anthropic.claude-sonnet-5']);
      const any = quoted({ inputTokens: 500_000, maxOutputTokens: 100_000 });
      for (const { model } of any.quotes) {
        expect(builtInCatalog.get(model)?.contextTokens).toBeGreaterThan(500_000);
        expect(builtInCatalog.get(model)?.maxOutputTokens).toBeGreaterThanOrEqual(100_000);
      }
      const prompt = quoted({ inputTokens: undefined, prompt: 'word '.repeat(180_000) });
      for (const { model } of prompt.quotes) {
        expect(builtInCatalog.get(model)?.contextTokens).toBeGreaterThan(128_000);
      }
      expect(quoted({ model: HAIKU, inputTokens: 500_000 }).quotes[0]?.model).toBe(HAIKU);
    });

    test('nothing if no model has room, and says what is too long', () => {
      const answer = quote({ inputTokens: 5_000_000 });
      expect(!answer.ok && answer.problem.fields[0]?.field).toBe('inputTokens');
      const output = quote({ maxOutputTokens: 5_000_000 });
      expect(!output.ok && output.problem.fields[0]?.field).toBe('maxOutputTokens');
    });

    test('nothing if no model qualifies, and says which requirement is too high', () => {
      const answer = quote({ minQuality: 1 });
      expect(answer.ok).toBe(false);
      expect(!answer.ok && answer.problem.fields[0]?.field).toBe('minQuality');
      const slow = quote({ maxLatencyMs: 1 });
      expect(!slow.ok && slow.problem.fields[0]?.field).toBe('maxLatencyMs');
    });
  });
});
