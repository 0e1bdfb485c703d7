import { usageRecordViewOf } from '../../contracts/usage-records.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { formatUsd } from '../../domain/money.ts';
import type { RateCard } from '../../domain/pricing/rate-card.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import { endOfBucket } from '../../domain/reporting/aggregates.ts';
import { chargeOfPosting } from '../../domain/reporting/focus-charge.ts';
import { focusHeader, focusLine } from '../../domain/reporting/focus.ts';
import type { ExportFormat } from '../../domain/reporting/report-export.ts';
import type { ReportRange } from '../../domain/reporting/report-range.ts';
import { usageCsvHeader, usageCsvLine } from '../../domain/reporting/usage-csv.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import type { FilePart } from './export-costs.ts';
import { hoursWithUsage, type UsageListDeps } from './list-usage.ts';

const RECORDS_PER_PART = 1_000;
const HOURS_AT_ONCE = 8;

export type UsageExportDeps = UsageListDeps & { rateCards: Pick<RateCardStore, 'getMany'> };
type CardsByModel = ReadonlyMap<string, readonly RateCard[]>;
const NO_CARDS: CardsByModel = new Map();

/** The records to write, and their format. */
type UsageFile = { organizationId: string; range: ReportRange; format: ExportFormat };

/**
 * Writes every usage record of a range, newest first. Stops after the hour in which time runs out;
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
  const ownCards = ownCardsOf(deps.rateCards, organizationId);
  let total = 0n;
  let rows = 0;
  let rest = range;
  let wasCut = false;
  yield { text: writing.head, rows: 0, costNanoUsd: 0n, rest };
  for await (const { records, hour } of pagesOf(deps, organizationId, range, recordsPerPart)) {
    const toMs = Math.min(range.toMs, endOfBucket(hour));
    wasCut = rows > 0 && toMs < rest.toMs && isTimeUp();
    rest = { fromMs, toMs };
    if (wasCut) break;
    const costNanoUsd = records.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n);
    const separator = rows > 0 && records.length > 0 ? writing.separator : '';
    const cards = format === 'focus' ? await ownCards(records) : NO_CARDS;
    const lines = records.map((record) => writing.row(record, cards.get(record.model) ?? []));
    const text = separator + lines.join(writing.separator);
    total += costNanoUsd;
    rows += records.length;
    yield { text, rows: records.length, costNanoUsd, rest };
  }
  if (!wasCut) rest = { fromMs, toMs: fromMs };
  const text = writing.tail({
    from: iso(rest.toMs),
    to: iso(range.toMs),
    totalUsd: formatUsd(total),
  });
  yield { text, rows: 0, costNanoUsd: 0n, rest };
}

/** Reads the organization's own cards of the models in records, each model once. */
function ownCardsOf(rateCards: UsageExportDeps['rateCards'], organizationId: string) {
  const cards = new Map<string, readonly RateCard[]>();
  return async (records: readonly Posting[]): Promise<CardsByModel> => {
    const missing = [...new Set(records.map(({ model }) => model))].filter(
      (model) => !cards.has(model),
    );
    if (missing.length === 0) return cards;
    const own = await rateCards.getMany(organizationId, missing);
    for (const model of missing) cards.set(model, own.get(model) ?? []);
    return cards;
  };
}

type Page = { hour: string; records: Posting[] };

/** Yields the pages of each hour in order, prefetching the first pages of several hours. */
async function* pagesOf(
  { usage, analytics }: UsageListDeps,
  organizationId: string,
  range: ReportRange,
  limit: number,
): AsyncGenerator<Page> {
  const read = (hour: string, after?: string) =>
    usage.listByOrganizationHour(organizationId, hour, { ...range, limit, after });
  async function* allOf(hours: readonly string[]): AsyncGenerator<Page> {
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
type Writing = {
  head: string;
  row: (posting: Posting, ownCards: readonly RateCard[]) => string;
  separator: string;
  tail: (facts: Facts) => string;
};

const WRITINGS: Record<ExportFormat, Writing> = {
  csv: { head: usageCsvHeader(), row: usageCsvLine, separator: '', tail: () => '' },
  focus: {
    head: focusHeader(),
    row: (posting, ownCards) => focusLine(chargeOfPosting(posting, ownCards)),
    separator: '',
    tail: () => '',
  },
  json: {
    head: '{"items":[',
    row: (posting) => JSON.stringify(usageRecordViewOf(posting)),
    separator: ',',
    tail: (facts) => `],${JSON.stringify({ ...facts, currency: 'USD' }).slice(1)}`,
  },
};

const iso = (ms: number): string => new Date(ms).toISOString();
