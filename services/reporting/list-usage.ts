import type { Posting } from '../../domain/ledger/posting.ts';
import { endOfBucket, startOfBucket } from '../../domain/reporting/aggregates.ts';
import type { Dimension } from '../../domain/reporting/dimensions.ts';
import { segmentsOf } from '../../domain/reporting/report-range.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { UsageFilter } from '../../tables/token-usage/record-pages.ts';
import { positionOf } from '../../tables/posting-position.ts';
import type { TokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { invalidField } from '../errors.ts';

export type UsageListDeps = {
  usage: Pick<TokenUsageStore, 'listByOrganizationHour' | 'listByUser'>;
  analytics: Pick<TokenAnalyticsStore, 'getDays' | 'listHours'>;
};

export type UsageListRequest = {
  filter: UsageFilter;
  fromMs: number;
  toMs: number;
  limit: number;
  /** The previous page's `next`. */
  after?: string | undefined;
};

/** Newest first. `next` is absent at the end. A selective filter can produce a short page. */
export type UsageList = { records: Posting[]; next?: string | undefined };

export const MAX_USAGE_RANGE_DAYS = 400;
const DAY_MS = 86_400_000;
/** Limits the time of one page for any filter. */
const MAX_READS_PER_PAGE = 30;
const RECORDS_PER_READ = 500;

/**
 * Lists an organization's recorded usage. Reads one user's records by index. Reads others by hour,
 * skipping the hours in which the aggregates of the filter's narrowest dimension show no usage.
 * @throws ServiceError naming `to`, `from` or `cursor`
 */
export async function listUsage(
  deps: UsageListDeps,
  organizationId: string,
  request: UsageListRequest,
): Promise<UsageList> {
  const { filter, limit } = request;
  if (request.toMs <= request.fromMs) throw invalidField('to', 'must be later than from');
  if (request.toMs - request.fromMs > MAX_USAGE_RANGE_DAYS * DAY_MS) {
    throw invalidField('from', `must be at most ${MAX_USAGE_RANGE_DAYS} days before to`);
  }
  const start = startOfPage(request);
  if (start === undefined) return { records: [] };
  const { toMs, after } = start;
  const range = { fromMs: request.fromMs, toMs };

  const records: Posting[] = [];
  let reads = 0;
  // A filter drops part of what is read, so reading only the missing number would take many reads.
  const isFiltered = Object.values(filter).some((value) => value !== undefined);

  /** Reads one list to its end or until the page is full, and returns where it stopped. */
  async function readOn(
    read: (page: { after?: string | undefined; limit: number }) => Promise<UsageList>,
    first: string | undefined,
  ): Promise<string | undefined> {
    let position = first;
    do {
      const room = limit - records.length;
      const page = await read({ after: position, limit: isFiltered ? RECORDS_PER_READ : room });
      reads += 1;
      records.push(...page.records.slice(0, room));
      const last = page.records[room - 1];
      position = page.records.length > room && last ? positionOf(last) : page.next;
    } while (position !== undefined && records.length < limit && reads < MAX_READS_PER_PAGE);
    return position;
  }

  if (filter.userId !== undefined) {
    const { userId, ...others } = filter;
    const next = await readOn(
      (page) =>
        deps.usage.listByUser(organizationId, userId, { ...range, ...page, filter: others }),
      after,
    );
    return { records, next };
  }

  for await (const hour of hoursWithUsage(deps, organizationId, filter, range)) {
    const startMs = startOfBucket(hour);
    if (records.length === limit || reads >= MAX_READS_PER_PAGE) {
      const last = records.at(-1);
      const reachedMs = Math.min(endOfBucket(hour), toMs);
      return { records, next: last && records.length === limit ? positionOf(last) : at(reachedMs) };
    }
    const next = await readOn(
      (page) =>
        deps.usage.listByOrganizationHour(organizationId, hour, {
          fromMs: Math.max(range.fromMs, startMs),
          toMs: Math.min(range.toMs, endOfBucket(hour)),
          ...page,
          filter,
        }),
      after !== undefined && after.startsWith(hour) ? after : undefined,
    );
    if (next !== undefined) return { records, next };
  }
  return { records };
}

/** A position is a record's `instant#id`, or a plain `instant` before which everything was read. */
function startOfPage({
  fromMs,
  toMs,
  after,
}: UsageListRequest): { toMs: number; after?: string | undefined } | undefined {
  if (after === undefined) return { toMs };
  const [instant = '', ...id] = after.split('#');
  const instantMs = Date.parse(instant);
  if (Number.isNaN(instantMs) || at(instantMs) !== instant || instantMs > toMs) {
    throw invalidField('cursor', 'is not a cursor of this list');
  }
  if (instantMs < fromMs) return undefined;
  if (id.length === 0) return instantMs === fromMs ? undefined : { toMs: instantMs };
  return { toMs: instantMs + 1, after };
}

/**
 * The UTC hours (`2026-11-21T06`) of a range, latest first, in which the filter's narrowest
 * dimension has usage.
 */
export async function* hoursWithUsage(
  { analytics }: UsageListDeps,
  organizationId: string,
  filter: UsageFilter,
  range: { fromMs: number; toMs: number },
): AsyncGenerator<string> {
  const [dimension, value] = narrowest(organizationId, filter);
  const days = segmentsOf(range).map(({ day }) => day);
  const active = await analytics.getDays({ organizationId, dimension, value }, days);
  for (const { bucket: day } of active.toReversed()) {
    const hours = await analytics.listHours({ organizationId, dimension, value }, day);
    for (const { bucket } of hours.toReversed()) {
      if (startOfBucket(bucket) < range.toMs && endOfBucket(bucket) > range.fromMs) yield bucket;
    }
  }
}

function narrowest(organizationId: string, filter: UsageFilter): [Dimension, string] {
  if (filter.departmentId !== undefined) return ['department', filter.departmentId];
  if (filter.operation !== undefined) return ['operation', filter.operation];
  if (filter.model !== undefined) return ['model', filter.model];
  if (filter.system !== undefined) return ['system', filter.system];
  return ['organization', organizationId];
}

const at = (instantMs: number): string => new Date(instantMs).toISOString();
