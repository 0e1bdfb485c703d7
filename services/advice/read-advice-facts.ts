import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { AdviceFacts } from '../../domain/advice/advise.ts';
import type { AdviceKind } from '../../domain/advice/recommendation.ts';
import type { RateAt } from '../../domain/advice/outcome.ts';
import type { Catalog } from '../../domain/catalog/model.ts';
import { type Budget, budgetsIn } from '../../domain/ledger/budget.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { isScopeId, type ScopeRef } from '../../domain/scopes.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import type { RecommendationStore } from '../../tables/recommendations.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { textHash } from '../../domain/text-hash.ts';
import { pagesAfter } from '../../tables/query-all.ts';
import { dayOf } from '../../domain/reporting/aggregates.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { type LevelDeps, type MemberScope, withLevels } from '../controls/watched-levels.ts';
import type { CatalogReader } from '../catalog/model-catalog.ts';
import type { WarmthReader } from './read-warmth.ts';
import { completeDays, daySamples, lastDays, type SampleDeps } from './day-samples.ts';

export type AdviceFactDeps = SampleDeps &
  LevelDeps & {
    analytics: Pick<TokenAnalyticsStore, 'getDays' | 'listHours' | 'listDay'>;
    budgets: Pick<BudgetStore, 'listBooks'>;
    rateCards: Pick<RateCardStore, 'getMany'>;
    catalogs: CatalogReader;
    warmth: Pick<WarmthReader, 'factsFor'>;
    recommendations: Pick<RecommendationStore, 'list'>;
  };

const USAGE_DAYS = 28;
const WARMTH_DAYS = 14;
const SPEND_DAYS = 28;
const BOOKS_PER_PAGE = 100;
/** Scopes of one kind that are listed; fewer are judged in one night. */
const MOST_LISTED = 1_000;
const MOST_BUDGETS = 100;
const MOST_THRESHOLD_SCOPES = 50;
const CONCURRENT_READS = 4;

/**
 * Reads all facts behind one organization's advice, over complete UTC days. Lists the kinds of
 * advice whose facts could not be read, which are neither given nor ended, and those that judged
 * only some scopes.
 */
export async function readAdviceFacts(
  deps: AdviceFactDeps,
  { organizationId, nowMs }: OrganizationCall,
  maxRequests: number,
): Promise<{ facts: AdviceFacts; unread: AdviceKind[]; inTurns: AdviceKind[] }> {
  const [days, catalog, budgets, thresholds, warmth, { items }] = await Promise.all([
    daySamples(deps, {
      organizationId,
      days: completeDays(USAGE_DAYS, nowMs),
      nowMs,
      maxRequests,
    }),
    deps.catalogs.current(organizationId),
    readBudgets(deps, organizationId, nowMs),
    readThresholds(deps, organizationId, nowMs),
    deps.warmth.factsFor(organizationId, lastDays(WARMTH_DAYS, nowMs)),
    deps.recommendations.list(organizationId),
  ]);
  const models = days.flatMap(({ routes }) => routes.map(({ route }) => route.model));
  const rateAt = await readRates(deps, organizationId, models, catalog);
  const isUnread = warmth === 'unread';
  const facts: AdviceFacts = {
    days,
    catalog,
    budgets: budgets.items,
    thresholds: thresholds.items,
    warmth: isUnread ? undefined : warmth,
    rateOf: (query) => rateAt({ ...query, atMs: nowMs }),
    openIds: new Set(items.filter(({ state }) => state === 'open').map(({ id }) => id)),
  };
  return {
    facts,
    unread: isUnread ? ['idle-provisioned-concurrency'] : [],
    inTurns: [
      ...(budgets.isAll ? [] : (['budget-fit'] as const)),
      ...(thresholds.isAll ? [] : (['threshold-fit'] as const)),
    ],
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

/** Reads the budgets, or some of many. */
async function readBudgets(
  deps: AdviceFactDeps,
  organizationId: string,
  nowMs: number,
): Promise<Turn<AdviceFacts['budgets'][number]>> {
  const budgets: Budget[] = [];
  const pages = pagesAfter((after) =>
    deps.budgets.listBooks(organizationId, { limit: BOOKS_PER_PAGE, after }),
  );
  for await (const { books } of pages) {
    // Sums use the model name as sent, budgets use its stem, so the two cannot be compared.
    budgets.push(...books.flatMap(budgetsIn).filter(({ scope }) => scope !== 'model'));
    if (budgets.length >= MOST_LISTED) break;
  }
  const turn = turnOf(budgets, MOST_BUDGETS, dayOf(nowMs));
  return {
    ...turn,
    items: await mapConcurrently(turn.items, CONCURRENT_READS, async (budget) => ({
      budget,
      spend: await dailySpend(deps, { organizationId, nowMs }, budget),
    })),
  };
}

/** Reads the scopes that spent yesterday, or some of many, with their current levels. */
async function readThresholds(
  deps: AdviceFactDeps,
  organizationId: string,
  nowMs: number,
): Promise<Turn<AdviceFacts['thresholds'][number]>> {
  const yesterday = completeDays(1, nowMs)[0] ?? '';
  const active = await mapConcurrently(
    ['organization', 'system', 'department', 'user'] as const,
    CONCURRENT_READS,
    async (scope) => {
      const values = await deps.analytics.listDay(
        { organizationId, dimension: scope, granularity: 'daily', day: yesterday },
        { most: MOST_LISTED },
      );
      return values
        .filter(({ value }) => isScopeId(value))
        .map(({ value, departmentId }): MemberScope => ({ scope, scopeId: value, departmentId }));
    },
  );
  const turn = turnOf(active.flat(), MOST_THRESHOLD_SCOPES, dayOf(nowMs));
  const items = await mapConcurrently(
    await withLevels(deps, organizationId, turn.items),
    CONCURRENT_READS,
    async ({ levels, ...scope }) => ({
      scope,
      levels,
      spend: await dailySpend(deps, { organizationId, nowMs }, scope),
    }),
  );
  return { ...turn, items };
}

/** What is judged tonight, and whether that is all there is. */
type Turn<Item> = { items: Item[]; isAll: boolean };

/** If there are more than `most` scopes, it takes others every night, so that each has its turn. */
function turnOf<Scope extends ScopeRef>(
  scopes: readonly Scope[],
  most: number,
  day: string,
): Turn<Scope> {
  if (scopes.length <= most) return { items: [...scopes], isAll: true };
  const rankOf = ({ scope, scopeId }: ScopeRef): number =>
    textHash(`turn#${day}#${scope}#${scopeId}`);
  const ranked = scopes.toSorted((left, right) => rankOf(left) - rankOf(right));
  return { items: ranked.slice(0, most), isAll: false };
}

/** Reads a scope's spend per complete day since its first spend: at most 28 days, oldest first. */
async function dailySpend(
  { analytics }: AdviceFactDeps,
  { organizationId, nowMs }: OrganizationCall,
  { scope, scopeId }: ScopeRef,
): Promise<NanoUsd[]> {
  const days = completeDays(SPEND_DAYS, nowMs);
  const sums = await analytics.getDays({ organizationId, dimension: scope, value: scopeId }, days);
  const costs = new Map(sums.map(({ bucket, measures }) => [bucket, measures.costNanoUsd]));
  const first = sums[0]?.bucket;
  return days
    .filter((day) => first !== undefined && day >= first)
    .map((day) => costs.get(day) ?? 0n);
}
