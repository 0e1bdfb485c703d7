import { type Slice, sliceOf } from '../../domain/anomalies/explain-anomaly.ts';
import { type Aggregate, aggregatesOf, startOfBucket } from '../../domain/reporting/aggregates.ts';
import { type Dimension, DIMENSIONS } from '../../domain/reporting/dimensions.ts';
import { type ReportRange, segmentsOf } from '../../domain/reporting/report-range.ts';
import { kindOf, type Scope, type ScopeRef } from '../../domain/scopes.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { listUsage, type UsageListDeps } from '../reporting/list-usage.ts';

type Analytics = Pick<TokenAnalyticsStore, 'listDay' | 'listHours'>;
type Subject = ScopeRef & { organizationId: string };

/**
 * A subject's usage in two stretches of whole hours, and the dimension that best separates them.
 */
export type Stretches = { before: Slice[]; after: Slice[]; by: Dimension };

export type StretchReader = (
  subject: Subject,
  ranges: { before: ReportRange; after: ReportRange },
) => Promise<Stretches>;

/**
 * Answers are cached until sums change, so one computed from a lagging replica would stay wrong.
 */
export const ALL_WRITTEN = { consistent: true };
/** Maximum rows of one dimension on one day; reading more takes too long. */
const MOST_SUMS = 20_000;
/** Maximum records of one stretch, for the same reason. */
const MOST_RECORDS = 10_000;
const CONCURRENT_READS = 8;

/**
 * Reads sums only. An organization is split by every dimension that does not have too many values
 * in a day; any other subject only by its own dimension.
 */
export const stretchesFromSums =
  (analytics: Analytics, mostSums = MOST_SUMS): StretchReader =>
  async (subject, ranges) => {
    const read = (range: ReportRange) => readSums(analytics, subject, range, mostSums);
    const [before, after] = [await read(ranges.before), await read(ranges.after)];
    const tooMany = before.tooMany.union(after.tooMany);
    const slicesOf = ({ sums }: typeof before): Slice[] =>
      sums
        .filter(({ dimension }) => !tooMany.has(dimension))
        .map((sum) => sliceOf(sum, ranges.after.fromMs));
    return {
      before: slicesOf(before),
      after: slicesOf(after),
      by: subject.scope === 'organization' ? 'model' : subject.scope,
    };
  };

/**
 * Reads sums, and usage records to split a user, department, system or model by every other
 * dimension as well. Falls back to sums if there are too many records or they have expired.
 */
export const stretchesFromRecords = (deps: UsageListDeps & { analytics: Analytics }) => {
  const fromSums = stretchesFromSums(deps.analytics);
  const reader: StretchReader = async (subject, ranges) => {
    const sums = await fromSums(subject, ranges);
    if (subject.scope === 'organization') return sums;
    if (![sums.before, sums.after].every(areFew)) return sums;
    const pricedAtMs = ranges.after.fromMs;
    const before = await slicesFromRecords(deps, subject, ranges.before, pricedAtMs);
    const after = before && (await slicesFromRecords(deps, subject, ranges.after, pricedAtMs));
    const isWhole =
      costOf(before, subject.scope) === costOf(sums.before, subject.scope) &&
      costOf(after, subject.scope) === costOf(sums.after, subject.scope);
    return before && after && isWhole ? { before, after, by: 'model' } : sums;
  };
  return reader;
};

/** Each request has at least one record, so too many requests means too many records. */
const areFew = (slices: readonly Slice[]): boolean =>
  slices.reduce((sum, { requests }) => sum + requests, 0n) <= MOST_RECORDS;

async function readSums(
  analytics: Analytics,
  { organizationId, scope, scopeId }: Subject,
  range: ReportRange,
  mostSums: number,
): Promise<{ sums: Aggregate[]; tooMany: Set<Dimension> }> {
  const dimensions =
    scope === 'organization' ? DIMENSIONS.filter((item) => item !== 'organization') : [scope];
  const segments = segmentsOf(range);
  const granularity = segments.every(({ whole }) => whole) ? 'daily' : 'hourly';
  const reads = segments.flatMap(({ day }) => dimensions.map((dimension) => ({ day, dimension })));
  // Effects are reported per model, and there are few models.
  const mostOf = (dimension: Dimension): number => (dimension === 'model' ? Infinity : mostSums);
  const daySums = await mapConcurrently(reads, CONCURRENT_READS, ({ day, dimension }) =>
    scope === 'organization'
      ? analytics.listDay(
          { organizationId, dimension, granularity, day },
          {
            ...ALL_WRITTEN,
            most: mostOf(dimension),
          },
        )
      : analytics.listHours({ organizationId, dimension: scope, value: scopeId }, day, ALL_WRITTEN),
  );
  const tooMany = dimensions.filter((dimension) =>
    daySums.some((sums) => sums[0]?.dimension === dimension && sums.length > mostOf(dimension)),
  );
  const sums = daySums.flat().filter(({ bucket }) => {
    const atMs = startOfBucket(bucket);
    return atMs >= range.fromMs && atMs < range.toMs;
  });
  return { sums, tooMany: new Set(tooMany) };
}

/** @returns `undefined` if records are not found by the scope, or are too many */
async function slicesFromRecords(
  deps: UsageListDeps,
  { organizationId, scope, scopeId }: Subject,
  range: ReportRange,
  pricedAtMs: number,
): Promise<Slice[] | undefined> {
  const kind = kindOf(scope);
  // Records are not found by a tag.
  if (kind === 'tag') return undefined;
  const filter = kind === 'organization' ? {} : { [FILTERS[kind]]: scopeId };
  const request = { filter, ...range, limit: MOST_RECORDS };
  const { records, next } = await listUsage(deps, organizationId, request);
  if (next !== undefined) return undefined;
  return aggregatesOf(records)
    .filter(
      ({ granularity, dimension }) => granularity === 'hourly' && dimension !== 'organization',
    )
    .map((aggregate) => sliceOf(aggregate, pricedAtMs));
}

const FILTERS = {
  user: 'userId',
  department: 'departmentId',
  system: 'system',
  model: 'model',
  session: 'sessionId',
} as const;

const costOf = (slices: readonly Slice[] = [], scope: Scope): bigint =>
  slices
    .filter(({ dimension }) => dimension === scope)
    .reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n);
