import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { AdviceFacts } from '../../domain/advice/advise.ts';
import { NO_LEAVE } from '../../domain/advice/leave.ts';
import { DEFAULT_ROUTING } from '../../domain/routing/routing-settings.ts';
import type { OrganizationSettingsStore } from '../../tables/organization-settings.ts';
import { type LimitDeps, readLimits } from './read-limits.ts';
import { type AdviceKind, leverOf } from '../../domain/advice/recommendation.ts';
import type { RateAt } from '../../domain/advice/outcome.ts';
import type { Catalog } from '../../domain/catalog/model.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import type { StoredRecommendation } from '../../tables/recommendations.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { CatalogReader } from '../catalog/model-catalog.ts';
import type { WarmthReader } from './read-warmth.ts';
import { completeDays, daySamples, lastDays, type SampleDeps } from './day-samples.ts';

export type AdviceFactDeps = SampleDeps &
  LimitDeps & {
    analytics: Pick<TokenAnalyticsStore, 'getDays' | 'listHours' | 'listDay'>;
    settings: Pick<OrganizationSettingsStore, 'adviceLeave' | 'routing'>;
    rateCards: Pick<RateCardStore, 'getMany'>;
    catalogs: CatalogReader;
    warmth: Pick<WarmthReader, 'factsFor'>;
  };

/** An organization's recommendations until now, and about how many requests to read at most. */
export type RunInput = { items: readonly StoredRecommendation[]; maxRequests: number };

const USAGE_DAYS = 28;
const WARMTH_DAYS = 14;

/**
 * Reads all facts behind one organization's advice, over complete UTC days. Lists the kinds of
 * advice whose facts could not be read, which are neither given nor ended, and those that judged
 * only some scopes.
 */
export async function readAdviceFacts(
  deps: AdviceFactDeps,
  { organizationId, nowMs }: OrganizationCall,
  { items, maxRequests }: RunInput,
): Promise<{ facts: AdviceFacts; unread: AdviceKind[]; inTurns: AdviceKind[] }> {
  const [days, catalog, limits, leave, routing, warmth] = await Promise.all([
    daySamples(deps, {
      organizationId,
      days: completeDays(USAGE_DAYS, nowMs),
      nowMs,
      maxRequests,
    }),
    deps.catalogs.current(organizationId),
    readLimits(deps, { organizationId, nowMs }),
    deps.settings.adviceLeave.get(organizationId),
    deps.settings.routing.get(organizationId),
    deps.warmth.factsFor(organizationId, lastDays(WARMTH_DAYS, nowMs)),
  ]);
  const models = days.flatMap(({ routes }) => routes.map(({ route }) => route.model));
  const rateAt = await readRates(deps, organizationId, models, catalog);
  const isUnread = warmth === 'unread';
  const facts: AdviceFacts = {
    days,
    catalog,
    budgets: limits.budgets,
    thresholds: limits.thresholds,
    warmth: isUnread ? undefined : warmth,
    bounds: {
      leave: leave ?? NO_LEAVE,
      routing: routing ?? DEFAULT_ROUTING,
      closedModels: limits.closedModels,
    },
    rateOf: (query) => rateAt({ ...query, atMs: nowMs }),
    ...standingOf(items),
  };
  return {
    facts,
    unread: isUnread ? ['idle-provisioned-concurrency'] : [],
    inTurns: [
      ...(limits.areAllBudgets ? [] : (['budget-fit'] as const)),
      ...(limits.areAllThresholds ? [] : (['threshold-fit'] as const)),
    ],
  };
}

/** Which advice is open, and which was decided on. */
function standingOf(
  items: readonly StoredRecommendation[],
): Pick<AdviceFacts, 'openIds' | 'isDecided'> {
  const idsOf = (...states: StoredRecommendation['state'][]) =>
    new Set(items.filter(({ state }) => states.includes(state)).map(({ id }) => id));
  const decidedIds = idsOf('accepted', 'dismissed');
  const levers = new Set(items.filter(({ state }) => state === 'accepted').map(leverOf));
  return {
    openIds: idsOf('open'),
    isDecided: (advice) => decidedIds.has(advice.id) || levers.has(leverOf(advice)),
  };
}

/**
 * Reads the prices of the named models and their possible replacements, with the times they apply.
 */
export async function readRates(
  { rateCards }: Pick<AdviceFactDeps, 'rateCards'>,
  organizationId: string,
  models: readonly string[],
  catalog: Catalog,
): Promise<RateAt> {
  const stems = new Set([...models, ...catalog.list().map(({ model }) => model)].map(modelStem));
  const overrides = await rateCards.getMany(organizationId, [...stems]);
  return (query) => {
    const resolved = resolveRate({ ...query, overrides: overrides.get(modelStem(query.model)) });
    return resolved.ok ? resolved.rate : undefined;
  };
}
