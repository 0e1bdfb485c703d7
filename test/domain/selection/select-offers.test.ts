import { describe, expect, test } from 'vitest';
import type { Control } from '../../../domain/controls/control.ts';
import type { Restriction } from '../../../domain/controls/restriction.ts';
import type { ScopeRef } from '../../../domain/scopes.ts';
import { arranged, selectOffers } from '../../../domain/selection/select-offers.ts';

const USER: ScopeRef = { scope: 'user', scopeId: 'ada' };
const under = (restriction: Restriction, scope = USER): Control => ({
  ...scope,
  restriction,
  origin: 'automatic',
  actor: 'automatic',
  reason: 'test',
  appliedAtMs: 0,
  changedAtMs: 0,
});
const onModel = (scopeId: string, restriction: Restriction = { action: 'disable' }) =>
  under(restriction, { scope: 'model', scopeId });
const throttle = (tier: 1 | 2 | 3) => under({ action: 'throttle', tier });

const rate = (inputNanoUsdPerMillion: bigint, outputNanoUsdPerMillion: bigint) => ({
  inputNanoUsdPerMillion,
  outputNanoUsdPerMillion,
  cacheReadNanoUsdPerMillion: inputNanoUsdPerMillion / 10n,
  cacheWriteNanoUsdPerMillion: (inputNanoUsdPerMillion * 5n) / 4n,
});
const quote = (model: string, upperBoundNanoUsd: bigint, quality?: number) => ({
  model,
  expectedCostNanoUsd: upperBoundNanoUsd,
  upperBoundNanoUsd,
  quality,
  rate: rate(upperBoundNanoUsd * 1_000_000n, 0n),
  inputTokens: 1_000,
  expectedOutputTokens: 100,
});
type Quote = ReturnType<typeof quote>;
const quotes: [Quote, ...Quote[]] = [
  quote('large', 90n, 0.9),
  quote('small', 10n, 0.5),
  quote('middle', 50n, 0.8),
  quote('dearest', 99n, 0.99),
  quote('as-dear', 90n, 0.9),
  quote('ungraded', 1n),
];
const request = { organizationId: 'acme', userId: 'ada', system: 'relaycore' };

function selected(controls: Control[] = [], wishes: object = {}) {
  const selection = selectOffers(quotes, { ...request, ...wishes }, controls);
  return {
    ...selection,
    models: selection.kind === 'admit' ? selection.quotes.map(({ model }) => model) : [],
    reasons: selection.leftOut.map(({ model, because }) => `${model}: ${because}`),
  };
}

describe('the models offered to budgets', () => {
  test('are the one asked for, then those that hold less', () => {
    expect(selected()).toMatchObject({
      models: ['large', 'small', 'middle', 'ungraded'],
      reasons: ['dearest: not-cheaper', 'as-dear: not-cheaper'],
      wantsOthers: false,
      counted: [],
    });
  });

  test('are as good as asked, but for the one asked for; a slow one is a way out all the same', () => {
    expect(selected([], { minQuality: 0.95, maxLatencyMs: 1 }).models).toEqual(['large']);
    const { models, reasons } = selected([], { minQuality: 0.8, maxLatencyMs: 1 });
    expect(models).toEqual(['large', 'middle']);
    expect(reasons).toEqual([
      'small: quality',
      'dearest: not-cheaper',
      'as-dear: not-cheaper',
      'ungraded: quality-unknown',
    ]);
  });

  test('are not those that a control refuses; the next one leads', () => {
    const control = onModel('large');
    expect(selected([control])).toMatchObject({
      models: ['small', 'middle', 'ungraded'],
      wantsOthers: false,
      control: undefined,
    });
    expect(selected([control]).reasons).toContain('large: control');
    expect(selected([onModel('other')]).models).toHaveLength(4);
  });

  test('are empty if every model is refused, and the control of the requested model is the reason', () => {
    const controls = ['small', 'large', 'middle', 'ungraded'].map((model) => onModel(model));
    expect(selected(controls)).toMatchObject({ kind: 'refuse', control: controls[1] });
    const all = under({ action: 'shutdown' });
    expect(selected([all])).toMatchObject({ kind: 'refuse', control: all });
    expect(selected([all]).reasons).toHaveLength(6);
  });

  test('begin one step cheaper under tier 1 and come back to the one asked for last', () => {
    const control = throttle(1);
    expect(selected([control])).toMatchObject({
      models: ['middle', 'small', 'ungraded', 'large'],
      control,
      counted: [],
      wantsOthers: true,
    });
  });

  test('are the cheapest alone under tier 2, which counts', () => {
    const control = throttle(2);
    expect(selected([control])).toMatchObject({
      models: ['ungraded'],
      control,
      counted: [control],
      wantsOthers: true,
    });
    expect(selected([control]).reasons).toEqual([
      'dearest: not-cheaper',
      'as-dear: not-cheaper',
      'large: not-cheapest',
      'small: not-cheapest',
      'middle: not-cheapest',
    ]);
  });

  test('are the first alone where the caller refuses downgrades', () => {
    const { models, reasons } = selected([], { downgrade: false });
    expect(models).toEqual(['large']);
    expect(reasons).toEqual(
      ['small', 'middle', 'dearest', 'as-dear', 'ungraded'].map(
        (model) => `${model}: no-downgrade`,
      ),
    );
  });

  test('are empty if a control requires a cheaper model and the caller allows no other', () => {
    const closed = { downgrade: false, refusesSiblings: (model: string) => model === 'large' };
    for (const tier of [1, 2] as const) {
      const control = throttle(tier);
      expect(selected([control], closed)).toMatchObject({ kind: 'refuse', control });
      const spared = {
        ...control,
        restriction: { action: 'throttle', tier, spares: 'low' } as const,
      };
      expect(selected([spared], closed).models).toEqual(['large']);
    }
    expect(selected([throttle(1)], { ...closed, refusesSiblings: () => false }).models).toEqual([
      'large',
    ]);
    const open = { refusesSiblings: () => true };
    expect(selected([throttle(1)], open).models[0]).toBe('middle');
  });

  test('depend on the severity of the request, medium where none is said', () => {
    const sparing = under({ action: 'throttle', tier: 3, spares: 'high' });
    expect(selected([sparing]).kind).toBe('refuse');
    expect(selected([sparing], { severity: 'high' }).models).toHaveLength(4);
  });
});

describe('a request that explores', () => {
  test('is offered the most promising of the models that hold less first', () => {
    const selection = selected([], { explores: true });
    expect(selection).toMatchObject({
      models: ['middle', 'large', 'small', 'ungraded'],
      wantsOthers: true,
    });
  });

  test('follows a control all the same, and keeps its model where there is no other', () => {
    expect(selected([throttle(2)], { explores: true }).models).toEqual(['ungraded']);
    const alone = selected([], { explores: true, downgrade: false });
    expect(alone).toMatchObject({ models: ['large'] });
  });
});

describe('a conversation with a warm prefix', () => {
  const warm = {
    model: 'large',
    tokens: 1_000,
    expiresAtMs: 1,
    isOneHour: false,
    turns: 1,
  };

  test('is moved by a throttle only to a model that is worth losing the cache for', () => {
    // Reading 1,000 tokens costs 9 per token and turn at large; writing costs 12.5 at small, 62.5 at middle.
    const tight = selected([throttle(1)], { warm });
    expect(tight.models).toEqual(['small', 'ungraded', 'large']);
    expect(tight.reasons).toContain('middle: warm-cache');
    const cold = { ...warm, model: 'other' };
    expect(selected([throttle(1)], { warm: cold }).models[0]).toBe('middle');
  });

  test('stays with its model under tier 2 too, where every switch costs more than it saves', () => {
    const [large, , middle] = quotes;
    const pair: [Quote, ...Quote[]] = [large, middle ?? large];
    const selection = selectOffers(pair, { ...request, warm }, [throttle(2)]);
    expect(selection).toMatchObject({
      kind: 'admit',
      quotes: [{ model: 'large' }],
      leftOut: [{ model: 'middle', because: 'warm-cache' }],
    });
    expect(selection.kind === 'admit' && selection.counted).toHaveLength(1);
  });

  test('is moved by a budget without room in any case', () => {
    expect(selected([], { warm }).models).toEqual(['large', 'small', 'middle', 'ungraded']);
  });
});

describe('where a loss of quality is allowed', () => {
  const known = (model: string, cost: bigint, quality: number, uncertainty: number) => ({
    ...quote(model, cost, quality),
    uncertainty,
  });
  const graded: [Quote, ...Quote[]] = [
    known('large', 90n, 0.9, 0.005),
    known('middle', 50n, 0.88, 0.005),
    known('small', 10n, 0.89, 0.005),
    known('doubtful', 5n, 0.9, 0.05),
    known('bad', 1n, 0.7, 0.005),
  ];
  const offered = (maxQualityLoss: number, more: object = {}, controls: Control[] = []) => {
    const selection = selectOffers(graded, { ...request, maxQualityLoss, ...more }, controls);
    return selection.kind === 'admit'
      ? {
          models: selection.quotes.map(({ model }) => model),
          leftOut: selection.leftOut,
          wantsOthers: selection.wantsOthers,
        }
      : selection;
  };

  test('the cheapest that keeps to it comes first, and what is in doubt is left out', () => {
    expect(offered(0.05)).toEqual({
      models: ['small', 'middle', 'large'],
      leftOut: [
        { model: 'doubtful', because: 'quality-unknown' },
        { model: 'bad', because: 'quality' },
      ],
      wantsOthers: true,
    });
    expect(offered(0)).toMatchObject({ models: ['large'] });
  });

  test('a conversation stays where its cache is worth more, and a budget may move it all the same', () => {
    const warm = { model: 'large', tokens: 1_000, expiresAtMs: 1, isOneHour: false, turns: 0 };
    expect(offered(0.05, { warm })).toMatchObject({ models: ['large', 'small', 'middle'] });
  });

  test('a control still decides the order', () => {
    expect(offered(0.05, {}, [throttle(1)])).toMatchObject({
      models: ['middle', 'small', 'large'],
    });
  });
});

describe('quotes', () => {
  type Priced = { upperBoundNanoUsd: bigint };
  const priced: [Priced, ...Priced[]] = [
    { upperBoundNanoUsd: 9n },
    { upperBoundNanoUsd: 1n },
    { upperBoundNanoUsd: 4n },
  ];
  const amounts = (models: 'asked' | 'cheaper' | 'cheapest') =>
    arranged(priced, models).map(({ upperBoundNanoUsd }) => upperBoundNanoUsd);

  test('stay, begin one step cheaper, or are the cheapest alone', () => {
    expect(amounts('asked')).toEqual([9n, 1n, 4n]);
    expect(amounts('cheaper')).toEqual([4n, 1n, 9n]);
    expect(amounts('cheapest')).toEqual([1n]);
  });

  test('are the model asked for where nothing is cheaper', () => {
    for (const models of ['asked', 'cheaper', 'cheapest'] as const) {
      expect(arranged([priced[0]], models)).toEqual([priced[0]]);
    }
  });
});
