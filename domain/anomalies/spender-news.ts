import type { NanoUsd } from '../money.ts';
import { addDays } from '../periods.ts';
import {
  BASELINE_DAYS,
  type Bill,
  isNoticeable,
  RECENT_DAYS,
  type Spender,
} from './new-spender.ts';
import type { SpenderUse } from './spender-use.ts';

export const SPENDER_ENDS = ['fell', 'usual'] as const;
export type SpenderEnd = (typeof SPENDER_ENDS)[number];

/** A new spender that people were told of. */
export type SpenderNews = Spender & {
  /** The first UTC day on which it took a hundredth of the bill. */
  firstDay: string;
  /** The UTC day on which it took a large part, and what it spent then. */
  day: string;
  costNanoUsd: NanoUsd;
  /** The organization's bill of that day. */
  billNanoUsd: NanoUsd;
  /** Other names for the same money. */
  joined: readonly Spender[];
  /** The value of the same dimension that did this work before. */
  replaces?: string | undefined;
  uses: readonly SpenderUse[];
  /** The last UTC day on which its part of the bill was noticeable. */
  lastDay: string;
  ended?: { day: string; why: SpenderEnd } | undefined;
};

/** News that began longer ago is in no answer of the API any more. */
const KEPT_DAYS = 62;
/** An organization has at most a few at a time; this keeps its item small. */
const MOST_KEPT = 20;

/** The names of a spender's money. */
export const namesOf = ({ dimension, value, joined }: SpenderNews): Spender[] => [
  { dimension, value },
  ...joined,
];

/** Whether news is about a spender, in itself or as another name for the same money. */
export const isAbout = (
  news: SpenderNews,
  { dimension, value }: { dimension: string; value: string },
): boolean => namesOf(news).some((name) => name.dimension === dimension && name.value === value);

/** Whether people know of a spender: news of it lasts, or began within the days that are compared. */
export const isTold = (news: readonly SpenderNews[], spender: Spender, day: string): boolean =>
  news.some(
    (item) =>
      isAbout(item, spender) &&
      (item.ended === undefined || addDays(item.firstDay, BASELINE_DAYS + RECENT_DAYS) > day),
  );

/**
 * News after another day: it ends when the spender took no noticeable part of the bill for a week,
 * and after four weeks, when it belongs to the usual.
 * @param costNanoUsd what it spent on the day
 */
export function followNews(news: SpenderNews, costNanoUsd: NanoUsd, bill: Bill): SpenderNews {
  const { day } = bill;
  if (news.ended || day <= news.day) return news;
  const lastDay = isNoticeable(costNanoUsd, bill) ? day : news.lastDay;
  const why = endOf({ ...news, lastDay }, day);
  return { ...news, lastDay, ...(why ? { ended: { day, why } } : {}) };
}

function endOf({ firstDay, lastDay }: SpenderNews, day: string): SpenderEnd | undefined {
  if (addDays(lastDay, RECENT_DAYS) <= day) return 'fell';
  return addDays(firstDay, BASELINE_DAYS) <= day ? 'usual' : undefined;
}

/** What to keep of all news, newest first. */
export const keptNews = (news: readonly SpenderNews[], day: string): SpenderNews[] =>
  news
    .filter(({ firstDay }) => addDays(firstDay, KEPT_DAYS) > day)
    .toSorted((left, right) => (left.firstDay < right.firstDay ? 1 : -1))
    .slice(0, MOST_KEPT);
