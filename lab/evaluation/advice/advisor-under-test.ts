import { advise, type AdviceFacts } from '../../../domain/advice/advise.ts';
import { createDaySampler, type DaySample } from '../../../domain/advice/day-sample.ts';
import { type AdviceBounds, NO_BOUNDS } from '../../../domain/advice/bounds.ts';
import { outcomeOf, type RateAt } from '../../../domain/advice/outcome.ts';
import type { Recommendation } from '../../../domain/advice/recommendation.ts';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import type { Budget } from '../../../domain/ledger/budget.ts';
import { resolveRate } from '../../../domain/pricing/resolve-rate.ts';
import { requestFactsOf } from '../../../domain/advice/request-fact.ts';
import { dayOf } from '../../../domain/reporting/aggregates.ts';
import { KEPT_PER_DAY } from '../../../services/advice/day-samples.ts';
import type { AdvisedChange, AdvisedItem, Advisor, PostedDay, SystemLimit } from './advisor.ts';
import { DAY_MS } from './traffic.ts';

/** As `readAdviceFacts` and `measureOutcome` read. */
const USAGE_DAYS = 28;
const SPEND_DAYS = 28;

/** Organizations of the judge let advice propose any region. */
const ALLOWING_GLOBAL: AdviceBounds = {
  ...NO_BOUNDS,
  leave: { providers: [], places: ['global'] },
};

type Rates = Map<string, ReturnType<RateAt>>;
const ratesByDay = new Map<number, Rates>();

/** Prices are dated by the day, so each is resolved once a day. */
const rateAt: RateAt = ({ model, region, tier, atMs }) => {
  const dayMs = Math.floor(atMs / DAY_MS) * DAY_MS;
  const rates: Rates = ratesByDay.get(dayMs) ?? new Map();
  ratesByDay.set(dayMs, rates);
  const isPlain = region === undefined && tier === undefined;
  const key = isPlain ? model : `${model} ${region} ${tier}`;
  if (!rates.has(key)) {
    const resolved = resolveRate({ model, region, tier, atMs: dayMs });
    rates.set(key, resolved.ok ? resolved.rate : undefined);
  }
  return rates.get(key);
};

/**
 * The product's advice, as the nightly run gives it and as its outcome is measured. This is the only
 * file of the judge that knows `domain/advice`.
 */
export const advisorUnderTest: Advisor<Recommendation> = {
  name: 'Purser',

  openItems(days, limits) {
    const nowMs = endOf(days);
    const recommendations = advise({
      days: days.slice(-USAGE_DAYS).map(sampleOf),
      catalog: builtInCatalog,
      rateOf: (query) => rateAt({ ...query, atMs: nowMs }),
      bounds: ALLOWING_GLOBAL,
      openIds: new Set(),
      isDecided: () => false,
      ...limitFacts(days.slice(-SPEND_DAYS), limits),
    });
    return Promise.resolve(recommendations.flatMap(itemOf));
  },

  realizedNanoUsd({ own: { change, before } }, _before, after) {
    if (!('route' in change) || !before) return Promise.resolve(undefined);
    const accepted = { change, before, fromMs: after[0]?.startMs ?? 0, successors: [] };
    const { realizedSavingNanoUsd } = outcomeOf(accepted, after.map(sampleOf), rateAt);
    return Promise.resolve(realizedSavingNanoUsd);
  },
};

const samples = new WeakMap<PostedDay, DaySample>();

/** What the product keeps of a day. */
function sampleOf(day: PostedDay): DaySample {
  const before = samples.get(day);
  if (before) return before;
  const sampler = createDaySampler(KEPT_PER_DAY);
  const postings = day.postings();
  sampler.add(requestFactsOf(postings));
  const sample = {
    day: dayOf(day.startMs),
    readRequests: postings.length,
    allRequests: postings.length,
    allCostNanoUsd: postings.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n),
    routes: sampler.routes(),
  };
  samples.set(day, sample);
  return sample;
}

const endOf = (days: readonly PostedDay[]): number => (days.at(-1)?.startMs ?? 0) + DAY_MS;

function itemOf(own: Recommendation): AdvisedItem<Recommendation>[] {
  const change = changeOf(own);
  if (!change) return [];
  return [
    {
      system: own.scope.scopeId,
      model: 'route' in own.change ? own.change.route.model : undefined,
      change,
      savingNanoUsdPerMonth: own.savingNanoUsdPerMonth,
      isQuestion: own.isQuestion,
      group: own.group?.id,
      own,
    },
  ];
}

function changeOf({ kind, target, change }: Recommendation): AdvisedChange | undefined {
  switch (change.kind) {
    case 'model':
    case 'place':
      return { kind: 'model', toModel: change.toModel };
    case 'calls':
      return { kind: change.of === 'loops' ? 'end-loops' : 'end-failures' };
    case 'prefix-cache':
      return { kind: 'cache', plan: change.plan };
    case 'cache-reads':
      return { kind: 'keep-cache' };
    case 'response-cache':
      return { kind: 'answer-repeats' };
    case 'input-length':
      return { kind: 'shorten-prompts' };
    case 'tier':
      return { kind: 'tier', tier: change.tier };
    case 'warmth':
      return undefined;
    case 'setting':
      if (kind === 'threshold-fit') return { kind: 'limit', of: 'threshold' };
      return { kind: 'limit', of: target.startsWith('max-output/') ? 'output' : 'budget' };
  }
}

/** Budgets and levels with what their systems spent on each complete day since they first spent. */
function limitFacts(
  days: readonly PostedDay[],
  limits: readonly SystemLimit[],
): Pick<AdviceFacts, 'budgets' | 'thresholds'> {
  const facts = limits.map((limit) => {
    const spend = days.map((day) => spendOf(day).get(limit.system) ?? 0n);
    const first = spend.findIndex((amount) => amount > 0n);
    return { ...limit, spend: first === -1 ? [] : spend.slice(first) };
  });
  return {
    budgets: facts.flatMap(({ system, budgetNanoUsd, spend }) =>
      budgetNanoUsd === undefined ? [] : [{ budget: budgetOf(system, budgetNanoUsd), spend }],
    ),
    thresholds: facts.flatMap(({ system, thresholdNanoUsd: amountNanoUsd, spend }) =>
      amountNanoUsd === undefined
        ? []
        : [
            {
              scope: { scope: 'system' as const, scopeId: system },
              levels: [
                {
                  name: 'warning' as const,
                  period: 'daily' as const,
                  action: 'alert' as const,
                  amountNanoUsd,
                  source: { kind: 'scope' as const },
                },
              ],
              budgets: [],
              spend,
            },
          ],
    ),
  };
}

const spends = new WeakMap<PostedDay, Map<string, bigint>>();

/** What each system spent on a day. */
function spendOf(day: PostedDay): Map<string, bigint> {
  const before = spends.get(day);
  if (before) return before;
  const spend = new Map<string, bigint>();
  for (const { system, amountNanoUsd } of day.postings()) {
    spend.set(system, (spend.get(system) ?? 0n) + amountNanoUsd);
  }
  spends.set(day, spend);
  return spend;
}

const budgetOf = (system: string, limitNanoUsd: bigint): Budget => ({
  scope: 'system',
  scopeId: system,
  period: 'daily',
  limitNanoUsd,
  enforcement: 'enforce',
  timeZone: 'UTC',
  createdAtMs: 0,
  updatedAtMs: 0,
});
