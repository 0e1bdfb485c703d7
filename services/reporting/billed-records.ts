import type { Posting } from '../../domain/ledger/posting.ts';
import { periodAt } from '../../domain/periods.ts';
import { hourOf } from '../../domain/reporting/aggregates.ts';
import type { ReportRange } from '../../domain/reporting/report-range.ts';
import type { TokenUsageStore } from '../../tables/token-usage/token-usage.ts';

/** Usage records of one UTC hour, or a part of them. */
export type HourPage = { hour: string; records: Posting[] };

/** The records to read, at most `limit` at a time. */
type BilledRange = { organizationId: string; range: ReportRange; limit: number };

/**
 * The records that a range bills, latest hour first: what was used in it, without what a later month
 * bills, and what it bills of earlier months. So ranges laid end to end have every record once.
 * @param used the records of the range by time of use, latest hour first
 */
export async function* billedPages(
  usage: Pick<TokenUsageStore, 'listBilledLater'>,
  billed: BilledRange,
  used: AsyncGenerator<HourPage>,
): AsyncGenerator<HourPage> {
  const later = laterPages(usage, billed);
  let [use, correction] = await Promise.all([used.next(), later.next()]);
  while (!use.done || !correction.done) {
    if (!use.done && (correction.done || use.value.hour >= correction.value.hour)) {
      const { hour, records } = use.value;
      yield { hour, records: records.filter(({ billedMonth }) => billedMonth === undefined) };
      use = await used.next();
    } else if (!correction.done) {
      yield correction.value;
      correction = await later.next();
    }
  }
}

/** What a range bills of earlier months, by the hour of posting, latest first. */
async function* laterPages(
  usage: Pick<TokenUsageStore, 'listBilledLater'>,
  { organizationId, range, limit }: BilledRange,
): AsyncGenerator<HourPage> {
  for (const month of monthsOf(range).toReversed()) {
    for await (const records of usage.listBilledLater(organizationId, month, { ...range, limit })) {
      const byHour = Map.groupBy(records, ({ postedAtMs }) => hourOf(postedAtMs));
      for (const [hour, group] of byHour) yield { hour, records: group };
    }
  }
}

/** The UTC months that a range touches. */
function monthsOf({ fromMs, toMs }: ReportRange): string[] {
  const months: string[] = [];
  for (let ms = fromMs; ms < toMs; ms = periodAt('monthly', ms, 'UTC').endsAtMs) {
    months.push(new Date(ms).toISOString().slice(0, 7));
  }
  return months;
}
