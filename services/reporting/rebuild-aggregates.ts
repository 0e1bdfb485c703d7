import type { Posting } from '../../domain/ledger/posting.ts';
import type { NanoUsd } from '../../domain/money.ts';
import {
  type Aggregate,
  aggregateKeyText,
  aggregatesOf,
  hourBucket,
} from '../../domain/reporting/aggregates.ts';
import {
  type AggregateDifference,
  compareAggregates,
} from '../../domain/reporting/compare-aggregates.ts';
import {
  type Dimension,
  DIMENSIONS,
  PARTIAL_DIMENSIONS,
} from '../../domain/reporting/dimensions.ts';
import { daySubjectText, repairsOf } from '../../domain/reporting/repairs.ts';
import { segmentsOf } from '../../domain/reporting/report-range.ts';
import type { AnalyticsCacheStore } from '../../tables/analytics-cache.ts';
import { chargeKey } from '../../tables/ledger/entry-items.ts';
import type { LedgerKey } from '../../tables/ledger/key.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import { pagesAfter } from '../../tables/query-all.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';
import type { AggregateMender } from '../../tables/token-analytics/mending.ts';
import type { CheckedDay } from '../../tables/token-analytics/checked-day.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { TokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { ARRIVAL } from './recount-ledger.ts';

export type RebuildDeps = {
  ledger: Pick<LedgerStore, 'listEntries' | 'keyOfReservation'>;
  usage: Pick<TokenUsageStore, 'listByOrganizationHour'>;
  analytics: Pick<TokenAnalyticsStore, 'readForCheck'>;
  settings: Pick<ReportSettingsStore, 'listedTags'>;
  mend: AggregateMender;
  cache: Pick<AnalyticsCacheStore, 'countLateChange'>;
  now: () => number;
  pause: (ms: number) => Promise<void>;
};

export type RebuiltDay = {
  records: number;
  aggregates: number;
  recordedNanoUsd: NanoUsd;
  /** The organization's total of the day. */
  summedNanoUsd: NanoUsd;
  /** IDs of the postings that are recorded but have no ledger entry. */
  withoutEntry: string[];
  /** Wrong sums, with the missing amounts. */
  differences: AggregateDifference[];
  mended: number;
  /** Keys whose records kept changing during the read, so nothing can be said about them. */
  unsettled: string[];
};

const CONCURRENT_READS = 8;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/**
 * Recomputes the sums of an organization's usage records for one UTC day (`2026-11-21`) and
 * compares them with the stored sums. Reads records before and after the sums: if they did not
 * change, and the sum names no posting whose record is still missing, a difference is an error.
 * With `apply`, adds what is missing unless the sum has changed since it was read, and compares
 * again until nothing differs. Then invalidates cached analytics, even if nothing needed repair, because
 * an earlier run may have died before doing so. Records must not have expired.
 */
export async function rebuildDay(
  deps: RebuildDeps,
  organizationId: string,
  day: string,
  apply: boolean,
): Promise<RebuiltDay> {
  const differencesByKey = new Map<string, AggregateDifference>();
  let mended = 0;
  for (let attempt = 1; ; attempt += 1) {
    const { differences, unsettled, records, checked } = await compareDay(
      deps,
      organizationId,
      day,
    );
    for (const difference of differences) {
      const text = aggregateKeyText(difference.stored);
      if (!differencesByKey.has(text)) differencesByKey.set(text, difference);
    }
    if (apply) mended += await mendAll(deps, differences, checked);
    const isDone = unsettled.length === 0 && (!apply || differences.length === 0);
    if (isDone || attempt === ARRIVAL.looks) {
      if (apply) await deps.cache.countLateChange(organizationId, ['days', 'hours']);
      return {
        records: records.length,
        aggregates: checked.aggregates.length,
        recordedNanoUsd: records.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n),
        summedNanoUsd: totalOf(checked.aggregates),
        withoutEntry: await withoutEntry(deps, organizationId, records),
        differences: [...differencesByKey.values()],
        mended,
        unsettled,
      };
    }
    await deps.pause(ARRIVAL.pauseMs);
  }
}

/** @returns how many sums of days and hours were repaired */
async function mendAll(
  { mend, now }: RebuildDeps,
  differences: readonly AggregateDifference[],
  { versions }: CheckedDay,
): Promise<number> {
  const mended = await mapConcurrently(repairsOf(differences), CONCURRENT_READS, async (repair) => {
    const isDone = await mend(repair, versions.get(daySubjectText(repair)) ?? 0, now());
    return isDone ? ('hours' in repair ? repair.hours.size : 1) : 0;
  });
  return mended.reduce((sum, count) => sum + count, 0);
}

async function compareDay(deps: RebuildDeps, organizationId: string, day: string) {
  const before = await recordsOf(deps, organizationId, day);
  const checked = await storedOf(deps, organizationId, day, before);
  const after = await recordsOf(deps, organizationId, day);
  const isAhead = checked.aheadOf(after);
  return {
    records: after,
    checked,
    ...compareAggregates(aggregatesOf(before), checked.aggregates, aggregatesOf(after), isAhead),
  };
}

const totalOf = (aggregates: readonly Aggregate[]): NanoUsd =>
  aggregates
    .filter(({ dimension, granularity }) => dimension === 'organization' && granularity === 'daily')
    .reduce((sum, { measures }) => sum + measures.costNanoUsd, 0n);

/** IDs of the postings whose entry is not in the ledger. */
async function withoutEntry(
  { ledger }: RebuildDeps,
  organizationId: string,
  records: readonly Posting[],
): Promise<string[]> {
  const places = records.flatMap((record) =>
    entryKeysOf(ledger, record).map((key) => ({ record, key })),
  );
  const entries = await ledger.listEntries(places.map(({ key }) => key));
  const isOfLedger = new Set(
    places
      .filter((_, position) => entries[position]?.organizationId === organizationId)
      .map(({ record }) => record),
  );
  return records.filter((record) => !isOfLedger.has(record)).map(({ postingId }) => postingId);
}

/**
 * Possible locations of a posting's entry: a correction does not say what kind of entry it
 * corrects.
 */
function entryKeysOf(
  ledger: RebuildDeps['ledger'],
  { kind, organizationId, system, entryId }: Posting,
): LedgerKey[] {
  const charge = chargeKey(organizationId, system, entryId);
  if (kind === 'charge') return [charge];
  const reservation = ledger.keyOfReservation(entryId);
  return kind === 'correction' ? [reservation, charge] : [reservation];
}

async function recordsOf(
  { usage }: RebuildDeps,
  organizationId: string,
  day: string,
): Promise<Posting[]> {
  const startMs = Date.parse(day);
  const range = { fromMs: startMs, toMs: startMs + 86_400_000, limit: 500, consistent: true };
  const hours = await mapConcurrently(HOURS, CONCURRENT_READS, async (hour) => {
    const records: Posting[] = [];
    const pages = pagesAfter((after) =>
      usage.listByOrganizationHour(organizationId, hourBucket(day, hour), { ...range, after }),
    );
    for await (const page of pages) records.push(...page.records);
    return records;
  });
  return hours.flat();
}

async function storedOf(
  { analytics, settings }: RebuildDeps,
  organizationId: string,
  day: string,
  records: readonly Posting[],
): Promise<CheckedDay> {
  const tags = new Set([
    ...(await settings.listedTags(organizationId)),
    ...records.flatMap(({ countedTags }) => countedTags ?? []),
  ]);
  const dimensions: Dimension[] = [
    ...DIMENSIONS,
    ...PARTIAL_DIMENSIONS,
    ...[...tags].map((name): Dimension => `tag:${name}`),
  ];
  return analytics.readForCheck(organizationId, day, dimensions);
}

/** The UTC days in a range of dates, excluding the last. */
export const daysOf = (from: string, to: string): string[] =>
  segmentsOf({ fromMs: Date.parse(from), toMs: Date.parse(to) }).map(({ day }) => day);
