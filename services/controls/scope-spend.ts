import type { ScopeSpend } from '../../domain/controls/breaches.ts';
import { spentWithinHour } from '../../domain/controls/spend-rate.ts';
import { beyondDate, bookedSpend, watchedSpend } from '../../domain/controls/watched-spend.ts';
import type { LevelsInForce } from '../../domain/controls/thresholds.ts';
import { daysOfPeriod, watchedPeriods } from '../../domain/controls/watched-periods.ts';
import { balanceNameOf, budgetsIn, lanesOf } from '../../domain/ledger/budget.ts';
import type { PeriodSpan } from '../../domain/periods.ts';
import {
  type Aggregate,
  type AggregateKey,
  dayOf,
  endOfBucket,
  hourOf,
} from '../../domain/reporting/aggregates.ts';
import { addMeasures, type Measures, NOTHING } from '../../domain/reporting/measures.ts';
import { coveringRange, hoursIn, segmentsOf } from '../../domain/reporting/report-range.ts';
import { canonicalScope, type Scope, type ScopeRef, SCOPES } from '../../domain/scopes.ts';
import type { BudgetStore } from '../../tables/ledger-budgets.ts';
import type { WalletStore } from '../../tables/ledger-wallets.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics.ts';
import { wholeBalance } from '../budgets/make-room.ts';
import { mapConcurrently } from '../map-concurrently.ts';

export type SpendDeps = {
  analytics: Pick<TokenAnalyticsStore, 'listDay' | 'getDays' | 'getMany'>;
  budgets: Pick<BudgetStore, 'readStandings'>;
  wallets: WalletStore;
};

/** A scope, a model by the name of all its forms, with the levels in force for it. */
export type WatchedScope = ScopeRef & LevelsInForce;

const CONCURRENT_READS = 4;
const HOUR_MS = 3_600_000;
const KEYS_PER_READ = 100;
/** Reading a whole dimension costs about as much per day as asking for so large a part of it. */
const WHOLE_DIMENSION_ABOVE = 1 / 20;

/** What a scope spent in a day, and for a user whose credential spent it. */
export type DailySpend = ScopeSpend & { keyId?: string | undefined };

/** What a daily sum of a scope says. */
export const dailySpendOf = ({
  dimension,
  value,
  bucket,
  measures,
  keyId,
}: Aggregate): DailySpend => ({
  scope: dimension as Scope,
  scopeId: value,
  period: 'daily',
  periodKey: bucket,
  endsAtMs: endOfBucket(bucket),
  spentNanoUsd: watchedSpend(measures),
  keyId,
});

/**
 * What scopes spent in the watched days of which nothing is known yet: a control is judged by all that
 * a scope spent, whichever sum changed.
 */
export async function unknownDailySpends(
  { analytics }: SpendDeps,
  organizationId: string,
  scopes: readonly ScopeRef[],
  known: readonly ScopeSpend[],
  nowMs: number,
): Promise<DailySpend[]> {
  const keys = new Map(
    watchedPeriods('daily', nowMs, 'UTC').flatMap(({ key: bucket }) =>
      scopes.map(({ scope, scopeId }) => {
        const key: AggregateKey = {
          organizationId,
          dimension: scope,
          value: scopeId,
          granularity: 'daily',
          bucket,
        };
        return [dayText(scope, scopeId, bucket), key];
      }),
    ),
  );
  for (const { scope, scopeId, periodKey } of known) {
    keys.delete(dayText(scope, scopeId, periodKey));
  }
  return (await analytics.getMany([...keys.values()])).map(dailySpendOf);
}

const dayText = (scope: Scope, scopeId: string, day: string): string =>
  [scope, scopeId, day].join('#');

/** What models spent in the days that are watched: all forms of a model are one scope. */
export async function dailySpendsOfModels(
  deps: SpendDeps,
  organizationId: string,
  models: readonly WatchedScope[],
  nowMs: number,
): Promise<ScopeSpend[]> {
  if (models.length === 0) return [];
  const spends: ScopeSpend[] = [];
  for (const span of watchedPeriods('daily', nowMs, 'UTC')) {
    const aggregates = await readDimension(deps, organizationId, 'model', [span.key]);
    spends.push(...sumsByScope(models, span, aggregates));
  }
  return spends;
}

/** What those scopes that have an hourly level spent within the last hour. */
export async function hourlySpends(
  deps: SpendDeps,
  organizationId: string,
  scopes: readonly WatchedScope[],
  nowMs: number,
): Promise<ScopeSpend[]> {
  const wanted = scopes.filter(({ levels }) => levels.some(({ period }) => period === 'hourly'));
  const [hour, hourBefore] = [hourOf(nowMs), hourOf(nowMs - HOUR_MS)];
  const hours = await readHours(deps, organizationId, wanted, [hour, hourBefore]);
  const spent = new Map<string, bigint>();
  for (const { dimension, value, bucket, measures } of hours) {
    const name = hourText({ scope: dimension as Scope, scopeId: value }, bucket);
    spent.set(name, (spent.get(name) ?? 0n) + bookedSpend(measures));
  }
  return wanted.map(({ scope, scopeId }) => {
    const spentIn = (bucket: string): bigint =>
      spent.get(hourText({ scope, scopeId }, bucket)) ?? 0n;
    const sums = { thisHour: spentIn(hour), hourBefore: spentIn(hourBefore) };
    return {
      scope,
      scopeId,
      period: 'hourly',
      periodKey: hour,
      // What was spent in this hour counts until the end of the next.
      endsAtMs: endOfBucket(hour) + HOUR_MS,
      spentNanoUsd: spentWithinHour(sums, nowMs),
    };
  });
}

/** What those scopes that have a monthly amount spent in each watched UTC month so far. */
export async function monthlySpends(
  deps: SpendDeps,
  organizationId: string,
  scopes: readonly WatchedScope[],
  nowMs: number,
): Promise<ScopeSpend[]> {
  const spends: ScopeSpend[] = [];
  for (const span of watchedPeriods('monthly', nowMs, 'UTC')) {
    for (const scope of SCOPES) {
      const ofScope = scopes.filter((candidate) => candidate.scope === scope);
      const wanted = ofScope.filter(({ levels }) =>
        levels.some((level) => level.period === 'monthly' && 'amountNanoUsd' in level),
      );
      if (wanted.length === 0) continue;
      const days = daysOfPeriod(span, nowMs);
      const isMost = wanted.length > ofScope.length * WHOLE_DIMENSION_ABOVE;
      const aggregates =
        scope === 'model' || (isMost && scope !== 'organization')
          ? await readDimension(deps, organizationId, scope, days)
          : await readScopes(deps, organizationId, wanted, days);
      spends.push(...sumsByScope(wanted, span, aggregates));
    }
  }
  return spends;
}

/** What a budget recorded in one of its periods, by its own calendar. */
export type BudgetSpend = ScopeSpend & { startsAtMs: number };

/** What the budgets of scopes recorded in the periods that are watched. */
export async function budgetSpends(
  { budgets, wallets }: SpendDeps,
  organizationId: string,
  wanted: readonly ScopeRef[],
  nowMs: number,
): Promise<BudgetSpend[]> {
  const books = await inChunks(wanted, async (refs) => {
    return (await budgets.readStandings(organizationId, refs, [])).books;
  });
  const periods = books.flatMap((book) =>
    budgetsIn(book).flatMap((budget) =>
      watchedPeriods(budget.period, nowMs, budget.timeZone).map((span) => ({ budget, span })),
    ),
  );
  const lanesOfPeriods = periods.map(({ budget, span }) => {
    const { scope, scopeId, period } = budget;
    return lanesOf({ scope, scopeId, period, periodKey: span.key }, budget.lanes);
  });
  const refs = lanesOfPeriods.flat();
  const balances = await inChunks(refs, async (some) => {
    return (await budgets.readStandings(organizationId, [], some)).balances;
  });
  const found = new Map(refs.map((ref, position) => [balanceNameOf(ref), balances[position]]));
  const wholes = await mapConcurrently(lanesOfPeriods, CONCURRENT_READS, (lanes) => {
    const homes = lanes.flatMap((ref) => {
      const balance = found.get(balanceNameOf(ref));
      return balance ? [{ ref, balance }] : [];
    });
    return homes.length === 0
      ? Promise.resolve(undefined)
      : wholeBalance({ wallets }, organizationId, homes);
  });
  return periods.map(({ budget, span }, position) => ({
    scope: budget.scope,
    scopeId: budget.scopeId,
    period: budget.period,
    periodKey: span.key,
    startsAtMs: span.startsAtMs,
    endsAtMs: span.endsAtMs,
    spentNanoUsd: wholes[position]?.settledNanoUsd ?? 0n,
    budgetLimitNanoUsd: wholes[position]?.limitNanoUsd ?? budget.limitNanoUsd,
  }));
}

/**
 * The same with what was booked in each budget's period and is dated outside of it, so that percent
 * levels see it although the budget of its date has the money. Of a time zone that is no whole hour
 * from UTC, the hours at the ends of its period count in full.
 */
export function withBackDated(
  deps: SpendDeps,
  organizationId: string,
  spends: readonly BudgetSpend[],
  nowMs: number,
): Promise<BudgetSpend[]> {
  return mapConcurrently(spends, CONCURRENT_READS, async (spend) => {
    const toMs = Math.min(spend.endsAtMs, endOfBucket(dayOf(nowMs)));
    const segments = segmentsOf(coveringRange({ fromMs: spend.startsAtMs, toMs }));
    const days = segments.filter(({ whole }) => whole).map(({ day }) => day);
    const hours = segments
      .filter(({ whole }) => !whole)
      .flatMap(hoursIn)
      .filter((hourMs) => hourMs <= nowMs)
      .map(hourOf);
    const sums = [
      ...(await readScopeDays(deps, organizationId, spend, days)),
      ...(await readHours(deps, organizationId, [spend], hours)),
    ];
    const { backDatedNanoUsd } = measuresByScope(sums).get(spend.scopeId) ?? NOTHING;
    return { ...spend, spentNanoUsd: spend.spentNanoUsd + beyondDate(backDatedNanoUsd) };
  });
}

const readScopeDays = (
  deps: SpendDeps,
  organizationId: string,
  ref: ScopeRef,
  days: readonly string[],
): Promise<Aggregate[]> =>
  ref.scope === 'model'
    ? readDimension(deps, organizationId, 'model', days)
    : readScopes(deps, organizationId, [ref], days);

/** Hourly sums of scopes; of models those of all, since a model's forms are not known by name. */
async function readHours(
  { analytics }: SpendDeps,
  organizationId: string,
  scopes: readonly ScopeRef[],
  hours: readonly string[],
): Promise<Aggregate[]> {
  const granularity = 'hourly' as const;
  const keys = scopes
    .filter(({ scope }) => scope !== 'model')
    .map(({ scope, scopeId }) => ({
      organizationId,
      dimension: scope,
      value: scopeId,
      granularity,
    }));
  const named = await analytics.getMany(
    keys.flatMap((key) => hours.map((bucket) => ({ ...key, bucket }))),
  );
  if (scopes.every(({ scope }) => scope !== 'model')) return named;
  const days = [...new Set(hours.map((hour) => hour.slice(0, 10)))];
  const models = await mapConcurrently(days, CONCURRENT_READS, (day) =>
    analytics.listDay(organizationId, 'model', granularity, day, { backDated: true }),
  );
  return [...named, ...models.flat().filter(({ bucket }) => hours.includes(bucket))];
}

const hourText = (ref: ScopeRef, hour: string): string =>
  [ref.scope, canonicalScope(ref).scopeId, hour].join('#');

async function readDimension(
  { analytics }: SpendDeps,
  organizationId: string,
  scope: Scope,
  days: readonly string[],
): Promise<Aggregate[]> {
  const read = await mapConcurrently(days, CONCURRENT_READS, (day) =>
    analytics.listDay(organizationId, scope, 'daily', day, { backDated: true }),
  );
  return read.flat();
}

async function readScopes(
  { analytics }: SpendDeps,
  organizationId: string,
  scopes: readonly ScopeRef[],
  days: readonly string[],
): Promise<Aggregate[]> {
  const read = await mapConcurrently(scopes, CONCURRENT_READS, ({ scope, scopeId }) =>
    analytics.getDays(organizationId, scope, scopeId, days, { backDated: true }),
  );
  return read.flat();
}

/** The sums of each scope of one kind, a model's of all its forms together. */
function measuresByScope(aggregates: readonly Aggregate[]): Map<string, Measures> {
  const sums = new Map<string, Measures>();
  for (const { dimension, value, measures } of aggregates) {
    const { scopeId } = canonicalScope({ scope: dimension as Scope, scopeId: value });
    sums.set(scopeId, addMeasures(sums.get(scopeId) ?? NOTHING, measures));
  }
  return sums;
}

function sumsByScope(
  scopes: readonly ScopeRef[],
  { period, key, endsAtMs }: PeriodSpan,
  aggregates: readonly Aggregate[],
): ScopeSpend[] {
  const sums = measuresByScope(aggregates);
  return scopes.map(({ scope, scopeId }) => ({
    scope,
    scopeId,
    period,
    periodKey: key,
    endsAtMs,
    spentNanoUsd: watchedSpend(sums.get(scopeId) ?? NOTHING),
  }));
}

async function inChunks<Input, Output>(
  items: readonly Input[],
  read: (some: Input[]) => Promise<Output[]>,
): Promise<Output[]> {
  const results: Output[] = [];
  for (let from = 0; from < items.length; from += KEYS_PER_READ) {
    results.push(...(await read(items.slice(from, from + KEYS_PER_READ))));
  }
  return results;
}
