import { usageRecordViewOf } from '../../contracts/usage-records.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { formatUsd } from '../../domain/money.ts';
import type { ModelStore } from '../../tables/models.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import { endOfBucket } from '../../domain/reporting/aggregates.ts';
import { focusHeader } from '../../domain/reporting/focus.ts';
import type { ExportFormat } from '../../domain/reporting/report-export.ts';
import type { ReportRange } from '../../domain/reporting/report-range.ts';
import { usageCsvHeader, usageCsvLine } from '../../domain/reporting/usage-csv.ts';
import type { NameReader } from '../display-names.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { billedPages, type HourPage } from './billed-records.ts';
import type { TokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import type { FilePart } from './export-costs.ts';
import { focusLinesFor } from './focus-lines.ts';
import { namesOfRecords } from './named-report.ts';
import { hoursWithUsage, type UsageListDeps } from './list-usage.ts';

const RECORDS_PER_PART = 1_000;
const HOURS_AT_ONCE = 8;

export type UsageExportDeps = UsageListDeps & {
  usage: UsageListDeps['usage'] & Pick<TokenUsageStore, 'listBilledLater'>;
  rateCards: Pick<RateCardStore, 'getMany'>;
  models: Pick<ModelStore, 'list'>;
  displayNames: NameReader;
};

/** The records to write, and their format. */
type UsageFile = { organizationId: string; range: ReportRange; format: ExportFormat };

/**
 * Writes every usage record of a range, newest first; in FOCUS, every record that it bills. Stops after the hour in which time runs out;
 * its last part contains the remaining range.
 */
export async function* exportUsage(
  deps: UsageExportDeps,
  { organizationId, range, format }: UsageFile,
  isTimeUp: () => boolean,
  recordsPerPart = RECORDS_PER_PART,
): AsyncGenerator<FilePart> {
  const { fromMs } = range;
  const writing = WRITINGS[format];
  const linesOf = await writing.linesFor(deps, organizationId);
  let total = 0n;
  let rows = 0;
  let rest = range;
  let wasCut = false;
  yield { text: writing.head, rows: 0, costNanoUsd: 0n, rest };
  const used = pagesOf(deps, organizationId, range, recordsPerPart);
  const billed = { organizationId, range, limit: recordsPerPart };
  const pages = format === 'focus' ? billedPages(deps.usage, billed, used) : used;
  for await (const { records, hour } of pages) {
    const toMs = Math.min(range.toMs, endOfBucket(hour));
    wasCut = rows > 0 && toMs < rest.toMs && isTimeUp();
    rest = { fromMs, toMs };
    if (wasCut) break;
    const costNanoUsd = records.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n);
    const separator = rows > 0 && records.length > 0 ? writing.separator : '';
    const lines = await linesOf(records);
    const text = separator + lines.join(writing.separator);
    total += costNanoUsd;
    rows += lines.length;
    yield { text, rows: lines.length, costNanoUsd, rest };
  }
  if (!wasCut) rest = { fromMs, toMs: fromMs };
  const text = writing.tail({
    from: iso(rest.toMs),
    to: iso(range.toMs),
    totalUsd: formatUsd(total),
  });
  yield { text, rows: 0, costNanoUsd: 0n, rest };
}

/** Yields the pages of each hour in order, prefetching the first pages of several hours. */
async function* pagesOf(
  { usage, analytics }: UsageListDeps,
  organizationId: string,
  range: ReportRange,
  limit: number,
): AsyncGenerator<HourPage> {
  const read = (hour: string, after?: string) =>
    usage.listByOrganizationHour(organizationId, hour, { ...range, limit, after });
  async function* allOf(hours: readonly string[]): AsyncGenerator<HourPage> {
    const firsts = await mapConcurrently(hours, HOURS_AT_ONCE, (hour) => read(hour));
    for (const [index, hour] of hours.entries()) {
      let page = firsts[index];
      while (page) {
        yield { hour, records: page.records };
        page = page.next === undefined ? undefined : await read(hour, page.next);
      }
    }
  }
  let waiting: string[] = [];
  for await (const hour of hoursWithUsage({ usage, analytics }, organizationId, {}, range)) {
    waiting.push(hour);
    if (waiting.length < HOURS_AT_ONCE) continue;
    yield* allOf(waiting);
    waiting = [];
  }
  yield* allOf(waiting);
}

type Facts = { from: string; to: string; totalUsd: string };
type LinesOf = (records: readonly Posting[]) => readonly string[] | Promise<readonly string[]>;
type Writing = {
  head: string;
  linesFor: (deps: UsageExportDeps, organizationId: string) => LinesOf | Promise<LinesOf>;
  separator: string;
  tail: (facts: Facts) => string;
};

const WRITINGS: Record<ExportFormat, Writing> = {
  csv: {
    head: usageCsvHeader(),
    linesFor:
      ({ displayNames }, organizationId) =>
      async (records) => {
        const nameOf = await namesOfRecords(displayNames, organizationId, records);
        return records.map((posting) => usageCsvLine(posting, nameOf));
      },
    separator: '',
    tail: () => '',
  },
  focus: {
    head: focusHeader(),
    linesFor: focusLinesFor,
    separator: '',
    tail: () => '',
  },
  json: {
    head: '{"items":[',
    linesFor: () => (records) =>
      records.map((posting) => JSON.stringify(usageRecordViewOf(posting))),
    separator: ',',
    tail: (facts) => `],${JSON.stringify({ ...facts, currency: 'USD' }).slice(1)}`,
  },
};

const iso = (ms: number): string => new Date(ms).toISOString();
