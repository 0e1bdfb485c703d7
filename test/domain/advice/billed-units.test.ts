import { describe, expect, test } from 'vitest';
import { advise } from '../../../domain/advice/advise.ts';
import { outcomeOf } from '../../../domain/advice/outcome.ts';
import { requestFactsOf } from '../../../domain/advice/request-fact.ts';
import type { RateOf } from '../../../domain/advice/serving.ts';
import type { RateCard } from '../../../domain/pricing/rate-card.ts';
import { resolveRate } from '../../../domain/pricing/resolve-rate.ts';
import { NO_TOKENS } from '../../../domain/token-usage.ts';
import {
  adviceFor,
  daily,
  factsOf,
  HAIKU,
  OPUS,
  rateAt,
  request,
  samplesOf,
  SONNET,
  tokens,
} from '../../support/advice-requests.ts';
import { postingWith } from '../../support/postings.ts';

const TUNER = 'neuroweaver.tuner';
const NOW = Date.parse('2026-11-15T00:00:00Z');
const card: RateCard = {
  model: TUNER,
  effectiveFromMs: 0,
  source: 'set by the organization',
  sourceDate: '2026-11-01',
  inputNanoUsdPerMillion: 0n,
  outputNanoUsdPerMillion: 0n,
  units: { gpuSeconds: 2_000_000n },
  batchPercent: 50,
};
const rateOf: RateOf = (asked) => {
  const overrides = asked.model === TUNER ? [card] : [];
  const resolved = resolveRate({ ...asked, atMs: NOW, overrides });
  return resolved.ok ? resolved.rate : undefined;
};

describe('advice about work that is billed by units', () => {
  test('does not move work to a model that has no price for a part of it', () => {
    const searching = { ...tokens(600, 100), webSearches: 3 };
    const plain = daily(20, 30, (atMs) => request(atMs, { model: OPUS }));
    const withSearches = plain.map((each) => ({ ...each, usage: searching }));
    expect(adviceFor(plain, 'model-switch')).toMatchObject([{ isQuestion: true }]);
    expect(adviceFor(withSearches, 'model-switch')).toEqual([]);
  });

  test('puts jobs that may wait into a batch at the price of their units', () => {
    const usage = { ...NO_TOKENS, gpuSeconds: 1_000 };
    const jobs = daily(20, 30, (atMs) => ({
      ...request(atMs),
      model: TUNER,
      usage,
      costNanoUsd: 2_000_000_000n,
      urgency: 'deferred' as const,
    }));
    const advice = advise({ ...factsOf(jobs), rateOf });
    // 20 jobs a day at 2 USD, half of it saved on 30 days.
    expect(advice.map(({ kind, savingNanoUsdPerMonth }) => [kind, savingNanoUsdPerMonth])).toEqual([
      ['batch', 600_000_000_000n],
    ]);
  });

  test('knows jobs that use no tokens', () => {
    const posting = postingWith({ usage: { ...NO_TOKENS, gpuSeconds: 800 } });
    expect(requestFactsOf([posting])).toMatchObject([{ usage: { gpuSeconds: 800 } }]);
    expect(requestFactsOf([postingWith({ usage: NO_TOKENS })])).toEqual([]);
  });

  test('claims no saving where the earlier price lacks a unit', () => {
    const requests = daily(20, 30, (atMs) =>
      request(atMs, { model: HAIKU, usage: { ...tokens(600, 100), toolCalls: 2 } }),
    );
    const change = {
      kind: 'model' as const,
      route: { system: 'relaycore', operation: 'chat', model: SONNET },
      toModel: HAIKU,
    };
    const before = { requests: 280, costNanoUsd: 1n };
    const accepted = { change, before, fromMs: 0, successors: [] };
    const outcome = outcomeOf(accepted, samplesOf(requests), rateAt);
    expect(outcome).toMatchObject({ requests: 280, following: 280, realizedSavingNanoUsd: 0n });
    expect(outcome.caveats).toContain('280 requests had no price; they count as saving nothing.');
  });
});
