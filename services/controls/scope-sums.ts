import type { Aggregate } from '../../domain/reporting/aggregates.ts';
import { addMeasures, type Measures, NOTHING } from '../../domain/reporting/measures.ts';
import { canonicalScope, type Scope, type ScopeRef } from '../../domain/scopes.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { mapConcurrently } from '../map-concurrently.ts';

export type SumDeps = { analytics: Pick<TokenAnalyticsStore, 'listDay' | 'getDays' | 'getMany'> };

export const CONCURRENT_READS = 4;

/** Hourly sums of scopes. Reads all models, because a model's forms are not known by name. */
export async function readHours(
  { analytics }: SumDeps,
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
    analytics.listDay(
      { organizationId, dimension: 'model', granularity, day },
      { backDated: true },
    ),
  );
  return [...named, ...models.flat().filter(({ bucket }) => hours.includes(bucket))];
}

/** Daily sums of every value in a scope's dimension. */
export async function readDimension(
  { analytics }: SumDeps,
  organizationId: string,
  scope: Scope,
  days: readonly string[],
): Promise<Aggregate[]> {
  const read = await mapConcurrently(days, CONCURRENT_READS, (day) =>
    analytics.listDay(
      { organizationId, dimension: scope, granularity: 'daily', day },
      { backDated: true },
    ),
  );
  return read.flat();
}

/** Daily sums of the named scopes. */
export async function readScopes(
  { analytics }: SumDeps,
  organizationId: string,
  scopes: readonly ScopeRef[],
  days: readonly string[],
): Promise<Aggregate[]> {
  const read = await mapConcurrently(scopes, CONCURRENT_READS, ({ scope, scopeId }) =>
    analytics.getDays({ organizationId, dimension: scope, value: scopeId }, days, {
      backDated: true,
    }),
  );
  return read.flat();
}

/** Sums per scope of one kind. Adds up all forms of a model. */
export function measuresByScope(aggregates: readonly Aggregate[]): Map<string, Measures> {
  const sums = new Map<string, Measures>();
  for (const { dimension, value, measures } of aggregates) {
    const { scopeId } = canonicalScope({ scope: dimension as Scope, scopeId: value });
    sums.set(scopeId, addMeasures(sums.get(scopeId) ?? NOTHING, measures));
  }
  return sums;
}
