import type { Catalog } from '../catalog/model.ts';
import type { LevelInForce } from '../controls/levels-in-force.ts';
import type { Budget } from '../ledger/budget.ts';
import type { NanoUsd } from '../money.ts';
import { modelStem } from '../pricing/model-id.ts';
import type { ScopeRef } from '../scopes.ts';
import { adviseBudgetFit } from './budget-fit.ts';
import type { RateOf } from './counterfactual.ts';
import { adviseDeferring } from './deferrable.ts';
import { adviseIdleConcurrency } from './idle-concurrency.ts';
import { adviseModelSwitch } from './model-switch.ts';
import { adviseOutputLimit } from './output-limit.ts';
import { advisePrefixCache } from './prefix-cache.ts';
import { advisePromptLength } from './prompt-length.ts';
import type { Recommendation } from './recommendation.ts';
import { adviseResponseCache } from './response-cache.ts';
import { adviseThresholdFit } from './threshold-fit.ts';
import { routesOf, type UsageSample } from './usage-sample.ts';
import type { WarmthFacts } from './warmth.ts';

/** What advice is based on. `spend` has one value per complete UTC day, oldest first. */
export type AdviceFacts = {
  sample: UsageSample;
  catalog: Catalog;
  rateOf: RateOf;
  budgets: readonly { budget: Budget; spend: readonly NanoUsd[] }[];
  thresholds: readonly {
    scope: ScopeRef;
    levels: readonly LevelInForce[];
    spend: readonly NanoUsd[];
  }[];
  /** Only for the organization that operates this deployment. */
  warmth?: WarmthFacts | undefined;
};

/**
 * All advice for an organization, largest saving first. Savings of recommendations for the same
 * route overlap, so do not add them up.
 */
export function advise(facts: AdviceFacts): Recommendation[] {
  const { sample, catalog, rateOf } = facts;
  const routes = routesOf(sample.requests);
  const forRoutes = routes.flatMap((route) => {
    const siblings = routes.filter(
      (other) =>
        other.route.system !== route.route.system &&
        other.route.operation !== undefined &&
        other.route.operation === route.route.operation &&
        modelStem(other.route.model) === modelStem(route.route.model),
    );
    return [
      ...adviseModelSwitch(sample, route, catalog, rateOf),
      ...advisePrefixCache(sample, route, rateOf),
      ...adviseResponseCache(sample, route, rateOf),
      ...advisePromptLength(sample, route, siblings, rateOf),
      ...adviseDeferring(sample, route, rateOf),
      ...adviseOutputLimit(route, rateOf),
    ];
  });
  return [
    ...forRoutes,
    ...facts.budgets.flatMap(({ budget, spend }) => adviseBudgetFit(budget, spend)),
    ...facts.thresholds.flatMap(({ scope, levels, spend }) =>
      adviseThresholdFit(scope, levels, spend),
    ),
    ...(facts.warmth ? adviseIdleConcurrency(facts.warmth) : []),
  ].toSorted(bySaving);
}

/** Sorts by largest saving, then by id. */
export function bySaving(left: Recommendation, right: Recommendation): number {
  if (left.savingNanoUsdPerMonth !== right.savingNanoUsdPerMonth) {
    return left.savingNanoUsdPerMonth > right.savingNanoUsdPerMonth ? -1 : 1;
  }
  return left.id < right.id ? -1 : 1;
}
