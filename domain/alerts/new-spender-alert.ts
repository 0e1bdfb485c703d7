import type { Spender } from '../anomalies/new-spender.ts';
import { namesOf, type SpenderEnd, type SpenderNews } from '../anomalies/spender-news.ts';
import { type LetterRow, percentText, shareOf, written } from '../letters/letter.ts';
import { centUsd, formatUsd } from '../money.ts';
import { nameWithId } from '../naming/display-name.ts';
import { addDays, DEFAULT_TIME_ZONE, startOfDate } from '../periods.ts';
import type { DisplayNames } from '../naming/display-name.ts';
import { type Alert, attributesOf, subjectOf } from './alert.ts';
import { alertEndOf } from './alert-end.ts';

/** A pager's incident ends by then even if the organization spends nothing any more. */
const LONGEST_DAYS = 35;

const ENDS: Record<SpenderEnd, string> = {
  fell: 'it took less than 5 % of the bill on each of seven days',
  usual: 'after four weeks it belongs to the usual spending',
};

/** The alert for a spender that takes a large part of an organization's bill and is new, sent once. */
export function newSpenderAlertOf(
  organizationId: string,
  news: SpenderNews,
  { nameOf = () => undefined, nowMs }: { nameOf?: DisplayNames; nowMs: number },
): Alert {
  const { firstDay, day, costNanoUsd, billNanoUsd, replaces } = news;
  const text = textWith(nameOf);
  const who = text(news);
  const share = percentText(costNanoUsd, billNanoUsd);
  const before = replaces && text({ dimension: news.dimension, value: replaces });
  const amount = `${centUsd(costNanoUsd)} of ${centUsd(billNanoUsd)} USD`;
  return {
    kind: 'new_spender',
    severity: 'warning',
    organizationId,
    scope: 'organization',
    scopeId: organizationId,
    dedupKey: ['new-spender', organizationId, news.dimension, news.value, firstDay].join('#'),
    atMs: nowMs,
    endsAtMs: startOfDate(addDays(firstDay, LONGEST_DAYS), DEFAULT_TIME_ZONE),
    subject: subjectOf(
      before
        ? `Notice: ${who} replaces ${before} and took ${share} of the bill of ${organizationId}`
        : `Notice: ${who} is new and took ${share} of the bill of ${organizationId}`,
    ),
    ...written({
      happened: `On ${day} (UTC), ${who} cost ${amount}, ${share} of the bill of ${organizationId}. ${
        before
          ? `It replaces ${before}, which made about as many requests fewer than a week before.`
          : 'In the four weeks that ended a week before, it cost next to nothing.'
      }`,
      did: 'Purser restricted nothing.',
      rows: [
        {
          name: `Cost on ${day}`,
          value: `${centUsd(costNanoUsd)} USD`,
          share: shareOf(costNanoUsd, billNanoUsd),
        },
        {
          name: 'Bill of that day',
          value: `${centUsd(billNanoUsd)} USD`,
          share: shareOf(billNanoUsd, billNanoUsd),
        },
        { name: 'First day', value: firstDay },
        ...newToo(news, text),
        ...usedRows(news),
      ],
      todo: [
        before
          ? `Nothing, if ${before} was to be replaced or renamed. Move its budgets and limits to the new name.`
          : 'Nothing, if you expected this.',
        'See it beside other unusual spending: GET /v1/anomalies.',
        'Limit what it may cost: POST /v1/budgets.',
        'If this is wrong, stop the source: POST /v1/controls.',
      ],
    }),
    attributes: attributesOf({
      event: 'new_spender',
      organizationId,
      dimension: news.dimension,
      value: news.value,
      firstDay,
      day,
      costUsd: formatUsd(costNanoUsd),
      billUsd: formatUsd(billNanoUsd),
      ...(replaces === undefined ? {} : { replaces }),
    }),
  };
}

/** The end of the same alert, for pagers. */
export const newSpenderEndOf = (
  organizationId: string,
  news: SpenderNews,
  { why, nowMs }: { why: SpenderEnd; nowMs: number },
): Alert => alertEndOf(newSpenderAlertOf(organizationId, news, { nowMs }), ENDS[why], nowMs);

const textWith =
  (nameOf: DisplayNames) =>
  ({ dimension, value }: Spender): string =>
    `${dimension} ${nameWithId(nameOf({ scope: dimension, scopeId: value }), value)}`;

/** The other names for the same money. */
const newToo = (news: SpenderNews, text: (spender: Spender) => string): LetterRow[] =>
  namesOf(news)
    .slice(1)
    .map((spender) => ({ name: 'New, too', value: text(spender) }));

/** What it uses most, without what the rows of names say. */
const usedRows = ({ uses, joined }: SpenderNews): LetterRow[] =>
  uses
    .filter(
      ({ dimension, value }) =>
        !joined.some((item) => item.dimension === dimension && item.value === value),
    )
    .map(({ dimension, value, percent }) => ({
      name: `Most used ${dimension}`,
      value: `${value}, ${percent} % of its cost`,
      share: percent * 10,
    }));
