import type { Catalog } from '../catalog/model.ts';
import type { LevelInForce } from '../controls/levels-in-force.ts';
import type { Budget } from '../ledger/budget.ts';
import type { NanoUsd } from '../money.ts';
import type { ScopeRef } from '../scopes.ts';
import type { AdviceBounds } from './bounds.ts';
import { adviseBudgetFit } from './budget-fit.ts';
import { bySaving } from './by-saving.ts';
import type { DaySample } from './day-sample.ts';
import { proposeTiers } from './deferrable.ts';
import { adviseIdleConcurrency } from './idle-concurrency.ts';
import { proposeModels } from './model-switch.ts';
import { adviseOutputLimit } from './output-limit.ts';
import { proposePlace } from './place.ts';
import { proposeCacheReturn } from './cache-return.ts';
import { proposeShorterPrompts } from './prompt-growth.ts';
import { bestOfLevers, type Proposal } from './proposal.ts';
import { workQuality } from './quality-risk.ts';
import { recommendationsOf, subjectOf } from './recommend-route.ts';
import type { Recommendation } from './recommendation.ts';
import { proposeAnswerCache } from './response-cache.ts';
import { isLive, routeHistories, type RouteHistory } from './route-history.ts';
import type { RateOf } from './serving.ts';
import { adviseThresholdFit } from './threshold-fit.ts';
import type { WarmthFacts } from './warmth.ts';
import { proposeFewerCalls } from './wasted-calls.ts';

/** What advice is based on. `spend` has one value per complete UTC day, oldest first. */
export type AdviceFacts = {
  /** Complete UTC days, oldest first. */
  days: readonly DaySample[];
  catalog: Catalog;
  rateOf: RateOf;
  /** What the organization lets advice propose, and what it forbids. */
  bounds: AdviceBounds;
  /** Ids of the advice that is open now. */
  openIds: ReadonlySet<string>;
  /** Whether someone has decided on advice, or accepted other advice that changes the same thing. */
  isDecided: (
    advice: Pick<Recommendation, 'id' | 'kind' | 'scope' | 'target' | 'change'>,
  ) => boolean;
  budgets: readonly { budget: Budget; spend: readonly NanoUsd[] }[];
  thresholds: readonly {
    scope: ScopeRef;
    levels: readonly LevelInForce[];
    /** The budgets of this scope, which percentages refer to. */
    budgets: readonly Budget[];
    spend: readonly NanoUsd[];
  }[];
  /** Only for the organization that operates this deployment. */
  warmth?: WarmthFacts | undefined;
};

/**
 * All advice for an organization that nobody has decided on, the surest saving first and questions last.
 * What a route's advice saves together is of this advice only.
 */
export function advise(facts: AdviceFacts): Recommendation[] {
  const histories = routeHistories(facts.days);
  const ofRoutes = histories.filter(isLive).flatMap((history) => {
    const { route } = history;
    const proposals = bestOfLevers(proposalsFor(history, histories, facts), (proposal) =>
      facts.openIds.has(subjectOf(route, proposal).id),
    ).filter((proposal) => !facts.isDecided(subjectOf(route, proposal)));
    return [
      ...recommendationsOf(history, proposals, histories, facts.rateOf),
      ...adviseOutputLimit(history, facts.rateOf),
    ];
  });
  return [
    ...ofRoutes,
    ...facts.budgets.flatMap(({ budget, spend }) => adviseBudgetFit(budget, spend)),
    ...facts.thresholds.flatMap(adviseThresholdFit),
    ...(facts.warmth ? adviseIdleConcurrency(facts.warmth) : []),
  ]
    .filter((advice) => !facts.isDecided(advice))
    .toSorted(bySaving);
}

function proposalsFor(
  history: RouteHistory,
  all: readonly RouteHistory[],
  { catalog, rateOf, bounds }: AdviceFacts,
): Proposal[] {
  const quality = workQuality(history.route, all, catalog);
  return [
    ...proposeFewerCalls(history, rateOf),
    ...proposeAnswerCache(history, rateOf),
    ...proposeModels(history, { quality, catalog, bounds, rateOf }),
    ...proposePlace(history, rateOf, bounds),
    ...proposeTiers(history, rateOf),
    ...proposeShorterPrompts(history, rateOf),
    ...proposeCacheReturn(history, all, rateOf),
  ];
}
