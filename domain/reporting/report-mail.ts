import { escapedHtml } from '../escaped-html.ts';
import { unlinkedText } from '../unlinked-text.ts';
import { formatUsd, type NanoUsd, shortUsd } from '../money.ts';
import type { CostReport } from './cost-report.ts';
import type { LocalCost } from './local-series.ts';
import type { ReportRange } from './report-range.ts';
import { periodText, type ReportSubscription } from './report-subscription.ts';

/**
 * The content of a mailed report. `series` is what the chart shows. The period is whole
 * hours: those that begin in its days.
 */
export type MailedReport = {
  subscription: ReportSubscription;
  period: ReportRange;
  report: CostReport;
  /** Why the report shows only the total instead of the requested grouping, if it does. */
  refusal?: string | undefined;
  beforeNanoUsd: NanoUsd;
  series: readonly LocalCost[];
};

export type ReportText = { subject: string; text: string; html: string };

/** A mail with one image that its HTML refers to by content id. */
export type MailWithImage = ReportText & {
  image: { id: string; fileName: string; contentType: string; bytes: Uint8Array };
};

const TOP_ROWS = 10;
const BAR_CHARACTERS = 30;

/**
 * Renders a report as e-mail, in plain text and as HTML with an inline chart. No name in it becomes
 * a link.
 */
export function reportMailOf(mailed: MailedReport, chartId: string): ReportText {
  const { subscription, report, refusal, series } = mailed;
  const { frequency, timeZone, groupBy } = subscription;
  const totals: [string, string][] = [
    ['Organization', unlinkedText(report.organizationId)],
    ['Period', periodText(mailed.period, timeZone)],
    ['Cost', `${usd(report.total.costNanoUsd)} USD`],
    ['Period before', `${usd(mailed.beforeNanoUsd)} USD (${changeOf(mailed)})`],
    ['Requests', String(report.total.requests)],
  ];
  const top = report.rows.slice(0, TOP_ROWS);
  const rest = report.rows.slice(TOP_ROWS);
  const rows: [string, string][] = [
    ...top.map(({ key, measures }): [string, string] => [
      refusal === undefined
        ? unlinkedText(key ?? '(none)')
        : `total only; ${unlinkedText(refusal)}`,
      usd(measures.costNanoUsd),
    ]),
    ...(rest.length === 0
      ? []
      : [
          [
            `${rest.length} others`,
            usd(rest.reduce((sum, { measures }) => sum + measures.costNanoUsd, 0n)),
          ] as [string, string],
        ]),
  ];
  const perBar = frequency === 'daily' ? 'hour' : 'day';
  return {
    subject: `Purser ${frequency} report: ${usd(report.total.costNanoUsd)} USD (${changeOf(mailed)})`,
    text: [
      ...totals.map(([name, value]) => `${name}: ${value}`),
      `\nBy ${unlinkedText(groupBy)}, USD`,
      ...rows.map(([name, value]) => `  ${value.padStart(widthOf(rows))}  ${name}`),
      `\nBy ${perBar}, USD, ${timeZone}`,
      ...barsOf(series),
    ].join('\n'),
    html: [
      '<!doctype html><html><body style="font-family:sans-serif">',
      tableOf(totals, 'left'),
      `<p><img src="cid:${chartId}" width="640" height="240" alt="Cost by ${perBar}"><br>`,
      `${escapedHtml(captionOf(series, perBar))}</p>`,
      `<p><b>By ${escapedHtml(unlinkedText(groupBy))}, USD</b></p>`,
      tableOf(rows, 'right'),
      '</body></html>',
    ].join('\n'),
  };
}

function changeOf({ report, beforeNanoUsd }: MailedReport): string {
  const difference = report.total.costNanoUsd - beforeNanoUsd;
  if (beforeNanoUsd <= 0n) return difference === 0n ? 'no change' : 'nothing before';
  const tenths = (difference * 1_000n) / beforeNanoUsd;
  const sign = tenths < 0n ? '-' : tenths > 0n ? '+' : '';
  const size = tenths < 0n ? -tenths : tenths;
  return `${sign}${size / 10n}.${size % 10n} %`;
}

/** The chart itself has no text. */
function captionOf(series: MailedReport['series'], perBar: string): string {
  const [dearest] = series.toSorted((left, right) =>
    left.costNanoUsd < right.costNanoUsd ? 1 : left.costNanoUsd > right.costNanoUsd ? -1 : 0,
  );
  if (!dearest || dearest.costNanoUsd <= 0n) return `One bar per ${perBar}: nothing was spent`;
  return `One bar per ${perBar}, ${series[0]?.label} to ${series.at(-1)?.label}; the highest, ${dearest.label}, is ${usd(dearest.costNanoUsd)} USD`;
}

function barsOf(series: MailedReport['series']): string[] {
  const highest = series.reduce(
    (most, { costNanoUsd }) => (costNanoUsd > most ? costNanoUsd : most),
    1n,
  );
  const rows = series.map(({ label, costNanoUsd }): [string, string] => {
    const length = costNanoUsd > 0n ? Number((costNanoUsd * BigInt(BAR_CHARACTERS)) / highest) : 0;
    return [`  ${label} ${'#'.repeat(length).padEnd(BAR_CHARACTERS)}`, usd(costNanoUsd)];
  });
  return rows.map(([bar, value]) => `${bar} ${value.padStart(widthOf(rows))}`);
}

const widthOf = (rows: readonly [string, string][]): number =>
  Math.max(...rows.map(([, value]) => value.length));

/** @param align of the values, `right` for amounts */
const tableOf = (rows: readonly [string, string][], align: 'left' | 'right'): string =>
  `<table cellpadding="4">${rows.map(([name, value]) => `<tr><td>${escapedHtml(name)}</td><td align="${align}">${escapedHtml(value)}</td></tr>`).join('')}</table>`;

const HUNDREDTH_OF_CENT = 100_000n;

/**
 * Rounds to a hundredth of a cent, half away from zero, and smaller amounts to what they say. Exact
 * amounts are in the report itself.
 */
function usd(amount: NanoUsd): string {
  const half = amount < 0n ? -HUNDREDTH_OF_CENT / 2n : HUNDREDTH_OF_CENT / 2n;
  const rounded = ((amount + half) / HUNDREDTH_OF_CENT) * HUNDREDTH_OF_CENT;
  return rounded === 0n && amount !== 0n ? shortUsd(amount) : formatUsd(rounded).slice(0, -5);
}
