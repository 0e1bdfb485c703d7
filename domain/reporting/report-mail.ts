import { apartThousands, centUsd, type NanoUsd } from '../money.ts';
import { barRows, textRows } from '../letters/bar-rows.ts';
import { type Deployment, placeText, titleOf } from '../letters/deployment.ts';
import { type EmailMessage, type LetterRow, stepLines, textOfLetter } from '../letters/letter.ts';
import {
  letterParts,
  mailFooter,
  mailHeading,
  mailPage,
  mailParagraph,
  mailSteps,
  mailTable,
  mailTitle,
} from '../letters/mail-html.ts';
import { nameWithId } from '../naming/display-name.ts';
import { unlinkedText } from '../unlinked-text.ts';
import type { CostReport } from './cost-report.ts';
import type { LocalCost } from './local-series.ts';
import type { ReportRange } from './report-range.ts';
import { periodText, type ReportSubscription } from './report-subscription.ts';

/**
 * The content of a mailed report. `series` is what the bars over time show. The period is whole
 * hours: those that begin in its days.
 */
export type MailedReport = {
  subscription: ReportSubscription;
  /** What people call the organization. */
  organization: string;
  period: ReportRange;
  report: CostReport;
  /** Why the report shows only the total instead of the requested grouping, if it does. */
  refusal?: string | undefined;
  beforeNanoUsd: NanoUsd;
  series: readonly LocalCost[];
};

const TOP_ROWS = 10;
const COLOR = '#2563b4';
const BEFORE = { daily: 'the day before', weekly: 'the week before', monthly: 'the month before' };

/**
 * Renders a report as e-mail: who spent how much, against the period before, by the requested
 * dimension and over time, in plain text and as HTML with bars. No name in it becomes a link.
 */
export function reportMailOf(mailed: MailedReport, deployment: Deployment): EmailMessage {
  const { subscription, report, refusal, series } = mailed;
  const { frequency, groupBy, timeZone } = subscription;
  const { organization } = mailed;
  const { total } = report;
  const period = periodText(mailed.period, timeZone);
  const spent = `${organization} spent ${centUsd(total.costNanoUsd)} USD ${period.includes(' to ') ? 'from' : 'on'}`;
  // The time zone stands in the text.
  const subject = `${spent} ${period.replace(/ \(.*$/u, '')}, ${changeText(mailed)}`;
  const letter = {
    happened: `${spent} ${period}, in ${apartThousands(total.requests)} requests.`,
    did: `That is ${changeText(mailed)} (${centUsd(mailed.beforeNanoUsd)} USD).`,
  };
  const todo = [`See all of it: GET /v1/reports/costs?groupBy=${encodeURIComponent(groupBy)}.`];
  const byGroup = `By ${groupBy}`;
  const byTime = `By ${frequency === 'daily' ? 'hour' : 'day'}, ${timeZone}`;
  const groups = groupRows(report);
  const times = barRows(series.map(({ label, costNanoUsd }) => [label, costNanoUsd]));
  const place = placeText(deployment);
  return {
    subject: titleOf(subject, deployment),
    text: unlinkedText(
      [
        textOfLetter(letter),
        [`${byGroup}, USD`, ...(refusal === undefined ? [] : [refusal]), ...textRows(groups)].join(
          '\n',
        ),
        [`${byTime}, USD`, ...textRows(times)].join('\n'),
        stepLines(todo).join('\n'),
        place,
      ].join('\n\n'),
    ),
    html: mailPage([
      mailTitle(subject, COLOR),
      ...letterParts(letter, COLOR),
      mailHeading(byGroup),
      ...(refusal === undefined ? [] : [mailParagraph(refusal)]),
      mailTable(groups, COLOR),
      mailHeading(byTime),
      mailTable(times, COLOR),
      ...mailSteps(todo),
      mailFooter(place),
    ]),
  };
}

/** `50.0 % more than the day before`. */
function changeText({ report, beforeNanoUsd, subscription }: MailedReport): string {
  const before = BEFORE[subscription.frequency];
  const difference = report.total.costNanoUsd - beforeNanoUsd;
  if (difference === 0n) return `as much as ${before}`;
  if (beforeNanoUsd <= 0n) return `after nothing ${before}`;
  const size = difference < 0n ? -difference : difference;
  const tenths = (size * 1_000n) / beforeNanoUsd;
  const percent = `${tenths / 10n}.${tenths % 10n} %`;
  return `${percent} ${difference < 0n ? 'less' : 'more'} than ${before}`;
}

function groupRows(report: CostReport): LetterRow[] {
  const rest = report.rows.slice(TOP_ROWS);
  return barRows([
    ...report.rows
      .slice(0, TOP_ROWS)
      .map(({ key, displayName, measures }): [string, NanoUsd] => [
        key === null ? '(none)' : nameWithId(displayName, key),
        measures.costNanoUsd,
      ]),
    ...(rest.length === 0
      ? []
      : [
          [
            `${rest.length} others`,
            rest.reduce((sum, { measures }) => sum + measures.costNanoUsd, 0n),
          ] as [string, NanoUsd],
        ]),
  ]);
}
