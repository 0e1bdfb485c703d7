import { confidenceOf } from '../../domain/advice/confidence.ts';
import type { Change, Recommendation } from '../../domain/advice/recommendation.ts';
import { identified } from '../../domain/advice/recommendation.ts';
import { savingsOf } from '../../domain/advice/savings.ts';

const USD = 1_000_000_000n;
const OPUS = 'anthropic.claude-opus-5-5';
const SONNET = 'anthropic.claude-sonnet-5';

function advice(
  kind: Recommendation['kind'],
  change: Extract<Change, { route: object }>,
  facts: { action: string; dollars: bigint; net?: bigint },
): Recommendation & { state: string } {
  const { action, dollars, net } = facts;
  const { system, operation = '' } = change.route;
  const saving = {
    perMonthNanoUsd: dollars * USD,
    leastPerMonthNanoUsd: dollars * USD - USD,
    mostPerMonthNanoUsd: dollars * USD + USD,
    nowPerMonthNanoUsd: 5n * dollars * USD,
    share: 0.2,
    requests: 400,
    days: 7,
  };
  return {
    ...identified({ kind, scope: { scope: 'system', scopeId: system }, target: operation, change }),
    title: action,
    action,
    isQuestion: false,
    savingNanoUsdPerMonth: saving.perMonthNanoUsd,
    saving,
    group:
      net === undefined
        ? undefined
        : { id: `route-${system}-${operation}`, netSavingNanoUsdPerMonth: net * USD },
    effort: 'low',
    confidence: confidenceOf(saving, false),
    evidence: {},
    state: 'open',
  };
}

const faq = { system: 'relaycore', operation: 'faq', model: OPUS };
const digest = { system: 'relaycore', operation: 'digest', model: `us.${SONNET}` };
const search = { system: 'automatrix', operation: 'search', model: SONNET };
const accepted = {
  model: advice(
    'model-switch',
    { kind: 'model', route: faq, toModel: SONNET },
    { action: `Send "model": "${SONNET}".`, dollars: 60n },
  ),
  cache: advice(
    'cache',
    { kind: 'prefix-cache', route: search, plan: '5m', by: 'prefix' },
    { action: 'Mark the instructions for the cache.', dollars: 20n },
  ),
};
const outcome = (saved: bigint, margin: bigint) => ({
  requests: 400,
  following: 380,
  actualNanoUsd: 10n * USD,
  counterfactualNanoUsd: 10n * USD + saved,
  realizedSavingNanoUsd: saved,
  marginNanoUsd: margin,
  caveats: [],
});

/** What a week saved: two accepted recommendations, and three open ones of two routes. */
export const SAVINGS = savingsOf({
  items: [
    advice(
      'batch',
      { kind: 'tier', route: digest, tier: 'batch' },
      {
        action: 'Send relaycore/digest as a batch: saves $31.00 a month (20 %)',
        dollars: 31n,
        net: 38n,
      },
    ),
    advice(
      'place',
      { kind: 'place', route: digest, toModel: `global.${SONNET}` },
      { action: `Send "model": "global.${SONNET}".`, dollars: 9n, net: 38n },
    ),
    advice(
      'calls',
      { kind: 'calls', route: search, of: 'failures' },
      {
        action: 'Stop calls of automatrix/search that fail: saves $12.00 a month (20 %)',
        dollars: 12n,
      },
    ),
  ],
  measured: [
    { recommendation: accepted.model, outcome: outcome(14_200_000_000n, 900_000_000n) },
    { recommendation: accepted.cache, outcome: outcome(4_730_000_000n, 0n) },
  ],
  routing: { savedNanoUsd: 6n * USD, lostCacheNanoUsd: 1_250_000_000n },
  caches: {
    prompts: { savedNanoUsd: 9_800_000_000n, marginNanoUsd: 400_000_000n },
    answers: { savedNanoUsd: 1_250_000_000n, marginNanoUsd: 0n },
    routes: [
      {
        route: { system: 'relaycore', operation: 'chat', model: 'anthropic.claude-opus-5-5' },
        savedNanoUsd: 9_800_000_000n,
        marginNanoUsd: 400_000_000n,
      },
      {
        route: { system: 'relaycore', operation: 'faq', model: 'anthropic.claude-haiku-4-5' },
        savedNanoUsd: 1_250_000_000n,
        marginNanoUsd: 0n,
      },
    ],
  },
});
