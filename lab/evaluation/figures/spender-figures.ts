import {
  baselineDays,
  type Bill,
  billOf,
  canHaveNews,
  firstDayOf,
  isUsualSpender,
  JUDGED_DAYS,
  largeSpenders,
  SPENDER_SETTINGS,
  type SpentDay,
} from '../../../domain/anomalies/new-spender.ts';
import {
  followNews,
  isTold,
  keptNews,
  type SpenderNews,
} from '../../../domain/anomalies/spender-news.ts';
import type { GeneratedOrganization, SpenderDay } from './generated-spenders.ts';

/** What an organization was told, day by day. */
export type ToldDay = { day: string; dimension: string; value: string };

/** Plays the days of an organization to the rules, which see no later day. */
export function toldOf(
  { days, sums }: Pick<GeneratedOrganization, 'days' | 'sums'>,
  settings = SPENDER_SETTINGS,
): ToldDay[] {
  const byDay = Map.groupBy(sums, ({ day }) => day);
  const bySpender = Map.groupBy(sums, keyOf);
  const bills = days.map((day): SpentDay => ({ day, costNanoUsd: totalOf(byDay.get(day)) }));
  let news: SpenderNews[] = [];
  const told: ToldDay[] = [];
  for (const day of days.slice(JUDGED_DAYS)) {
    const bill = billOf(bills, day);
    const ofDay = byDay.get(day) ?? [];
    news = news.map((item) =>
      followNews(item, ofDay.find((sum) => keyOf(sum) === keyOf(item))?.costNanoUsd ?? 0n, bill),
    );
    if (!canHaveNews(bills, bill)) continue;
    const baseline = new Set(baselineDays(day));
    for (const sum of largeSpenders(ofDay, bill, settings)) {
      const history = bySpender.get(keyOf(sum)) ?? [];
      const before = history.filter((item) => baseline.has(item.day));
      if (isTold(news, sum, day) || isUsualSpender(before, bill, settings)) continue;
      told.push({ day, dimension: sum.dimension, value: sum.value });
      news = keptNews([...news, newsOf(sum, history, bill)], day);
    }
  }
  return told;
}

const newsOf = (sum: SpenderDay, history: readonly SpenderDay[], bill: Bill): SpenderNews => ({
  ...sum,
  firstDay: firstDayOf(history, bill),
  billNanoUsd: bill.dayNanoUsd,
  joined: [],
  uses: [],
  lastDay: bill.day,
});

const keyOf = ({ dimension, value }: { dimension: string; value: string }): string =>
  `${dimension}#${value}`;

const totalOf = (sums: readonly SpenderDay[] = []): bigint =>
  sums
    .filter(({ dimension }) => dimension === 'user')
    .reduce((total, { costNanoUsd }) => total + costNanoUsd, 0n);

export type SpenderFigures = {
  /** Planted spenders told within a day after their first, within a week, in percent. */
  foundAtOnce: number;
  foundInWeek: number;
  /** Those told at all. */
  found: number;
  /** The mean of days from the first day to the day that was told, of those that were told. */
  daysUntilTold: number;
  /** News of the planted spender after the first, per planted organization. */
  repeats: number;
  /** News of others, per organization and month. */
  falsePerMonth: number;
};

const DAY_MS = 86_400_000;
const MONTH_DAYS = 30;

/** @param organizations with what each was told; controls have no plant */
export function spenderFigures(
  organizations: readonly { organization: GeneratedOrganization; told: readonly ToldDay[] }[],
): SpenderFigures {
  const planted = organizations.flatMap(({ organization: { plant }, told }) => {
    if (!plant) return [];
    const own = told.filter(({ value }) => value === plant.value);
    const [first] = own;
    const after = first && (Date.parse(first.day) - Date.parse(plant.firstDay)) / DAY_MS;
    return [{ after, repeats: Math.max(0, own.length - 1) }];
  });
  const delays = planted.flatMap(({ after }) => (after === undefined ? [] : [after]));
  const within = (days: number): number =>
    (100 * delays.filter((after) => after <= days).length) / planted.length;
  const others = organizations.flatMap(({ organization: { plant }, told }) =>
    told.filter(({ value }) => value !== plant?.value),
  );
  const months = organizations.reduce(
    (sum, { organization: { days } }) => sum + (days.length - JUDGED_DAYS) / MONTH_DAYS,
    0,
  );
  return {
    foundAtOnce: within(1),
    foundInWeek: within(7),
    found: within(Infinity),
    daysUntilTold: delays.reduce((sum, after) => sum + after, 0) / delays.length,
    repeats: planted.reduce((sum, item) => sum + item.repeats, 0) / planted.length,
    falsePerMonth: others.length / months,
  };
}
