import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { AdviceFacts } from '../../domain/advice/advise.ts';
import { type Budget, budgetsIn } from '../../domain/ledger/budget.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';
import { dayOf } from '../../domain/reporting/aggregates.ts';
import { canonicalScope, isScopeId, type ScopeRef } from '../../domain/scopes.ts';
import { textHash } from '../../domain/text-hash.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import { pagesAfter } from '../../tables/query-all.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { type LevelDeps, type MemberScope, withLevels } from '../controls/watched-levels.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { completeDays } from './day-samples.ts';

export type LimitDeps = LevelDeps & {
  analytics: Pick<TokenAnalyticsStore, 'getDays' | 'listDay'>;
  budgets: Pick<BudgetStore, 'listBooks'>;
};

/** Limits that are judged tonight, and whether these are all there are. */
type Limits = Pick<AdviceFacts, 'budgets' | 'thresholds'> & {
  areAllBudgets: boolean;
  areAllThresholds: boolean;
  /** Stems of models whose budget lets nothing through. */
  closedModels: string[];
};

const SPEND_DAYS = 28;
const BOOKS_PER_PAGE = 100;
const MOST_BUDGETS = 100;
const MOST_THRESHOLD_SCOPES = 50;
const CONCURRENT_READS = 4;
const WATCHED = ['organization', 'system', 'department', 'user', 'model'] as const;

/** Reads budgets and levels with what their scopes spent; where there are many, some of them. */
export async function readLimits(deps: LimitDeps, call: OrganizationCall): Promise<Limits> {
  const day = dayOf(call.nowMs);
  const active = await activeScopes(deps, call);
  const scopes = turnOf(active, MOST_THRESHOLD_SCOPES, day);
  const names = new Set(scopes.items.map(nameOf));
  const ofScopes: Budget[] = [];
  const closedModels: string[] = [];
  let budgets: Turn<Budget> = { items: [], isAll: true };
  const pages = pagesAfter((after) =>
    deps.budgets.listBooks(call.organizationId, { limit: BOOKS_PER_PAGE, after }),
  );
  for await (const { books } of pages) {
    const ofPage = books.flatMap(budgetsIn);
    ofScopes.push(...ofPage.filter((budget) => names.has(nameOf(budget))));
    closedModels.push(...ofPage.filter(isClosing).map(({ scopeId }) => modelStem(scopeId)));
    const { items, isAll } = turnOf([...budgets.items, ...ofPage], MOST_BUDGETS, day);
    budgets = { items, isAll: isAll && budgets.isAll };
  }
  const spendOf = spendReader(deps, call);
  const levelSets = await withLevels(deps, call.organizationId, scopes.items);
  return {
    budgets: await mapConcurrently(budgets.items, CONCURRENT_READS, async (budget) => ({
      budget,
      spend: await spendOf(budget),
    })),
    thresholds: await mapConcurrently(
      levelSets.filter(({ levels }) => levels.length > 0),
      CONCURRENT_READS,
      async ({ levels, ...scope }) => ({
        scope,
        levels,
        budgets: ofScopes.filter((budget) => nameOf(budget) === nameOf(scope)),
        spend: await spendOf(scope),
      }),
    ),
    areAllBudgets: budgets.isAll,
    areAllThresholds: scopes.isAll,
    closedModels,
  };
}

/** Every scope that spent yesterday, once. */
async function activeScopes(
  { analytics }: LimitDeps,
  { organizationId, nowMs }: OrganizationCall,
): Promise<MemberScope[]> {
  const yesterday = completeDays(1, nowMs)[0] ?? '';
  const lists = await mapConcurrently(WATCHED, CONCURRENT_READS, async (scope) => {
    const values = await analytics.listDay({
      organizationId,
      dimension: scope,
      granularity: 'daily',
      day: yesterday,
    });
    return values
      .filter(({ value }) => scope === 'model' || isScopeId(value))
      .map(({ value, departmentId }): MemberScope => {
        return { ...canonicalScope({ scope, scopeId: value }), departmentId };
      });
  });
  return [...new Map(lists.flat().map((scope) => [nameOf(scope), scope])).values()];
}

/** Whether a model's budget refuses every request, which is how an organization forbids a model. */
const isClosing = ({ scope, enforcement, limitNanoUsd, countLimits }: Budget): boolean =>
  scope === 'model' &&
  enforcement === 'enforce' &&
  (limitNanoUsd === 0n || countLimits?.requests === 0 || countLimits?.tokens === 0);

const nameOf = ({ scope, scopeId }: ScopeRef): string => JSON.stringify([scope, scopeId]);

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

/** Reads what scopes spent per complete day since their first spend: at most 28 days, oldest first. */
function spendReader(
  deps: LimitDeps,
  { organizationId, nowMs }: OrganizationCall,
): (scope: ScopeRef) => Promise<NanoUsd[]> {
  const days = completeDays(SPEND_DAYS, nowMs);
  let ofModels: Promise<Map<string, Map<string, NanoUsd>>> | undefined;
  // Sums name a model as its callers do, and a limit holds for all its forms.
  const readModels = async (): Promise<Map<string, Map<string, NanoUsd>>> => {
    const stems = new Map<string, Map<string, NanoUsd>>();
    const sums = await mapConcurrently(days, CONCURRENT_READS, (day) =>
      deps.analytics.listDay({ organizationId, dimension: 'model', granularity: 'daily', day }),
    );
    for (const sum of sums.flat()) {
      const stem = modelStem(sum.value);
      const costs = stems.get(stem) ?? new Map<string, NanoUsd>();
      stems.set(stem, costs);
      costs.set(sum.bucket, (costs.get(sum.bucket) ?? 0n) + sum.measures.costNanoUsd);
    }
    return stems;
  };
  return async ({ scope, scopeId }) => {
    let costs: ReadonlyMap<string, NanoUsd>;
    if (scope === 'model') {
      ofModels ??= readModels();
      costs = (await ofModels).get(modelStem(scopeId)) ?? new Map<string, NanoUsd>();
    } else {
      const subject = { organizationId, dimension: scope, value: scopeId };
      const sums = await deps.analytics.getDays(subject, days);
      costs = new Map(sums.map(({ bucket, measures }) => [bucket, measures.costNanoUsd]));
    }
    const first = days.find((day) => costs.has(day));
    return first === undefined
      ? []
      : days.filter((day) => day >= first).map((day) => costs.get(day) ?? 0n);
  };
}
