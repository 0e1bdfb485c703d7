import type { Telemetry } from '../../contracts/telemetry.ts';
import { newSpenderAlertOf, newSpenderEndOf } from '../../domain/alerts/new-spender-alert.ts';
import {
  baselineDays,
  type Bill,
  billOf,
  canHaveNews,
  firstDayOf,
  largeSpenders,
  recentDays,
  SPENDER_DIMENSIONS,
  type SpentDay,
} from '../../domain/anomalies/new-spender.ts';
import {
  followNews,
  isAbout,
  isTold,
  keptNews,
  namesOf,
  type SpenderNews,
} from '../../domain/anomalies/spender-news.ts';
import { isSameMoney } from '../../domain/anomalies/spender-use.ts';
import { dayOf } from '../../domain/reporting/aggregates.ts';
import type { SpenderNewsStore } from '../../tables/spender-news.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { AlertPublisher } from '../alerts/alert-publisher.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import type { NameReader } from '../display-names.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import {
  daysOfNewSpender,
  factsOf,
  replacedBy,
  type SpenderReadDeps,
  type SpenderSum,
  spentOn,
  sumsOfDay,
} from './read-spenders.ts';

export type NewSpenderDeps = SpenderReadDeps & {
  analytics: SpenderReadDeps['analytics'] & Pick<TokenAnalyticsStore, 'listActiveOrganizations'>;
  spenders: SpenderNewsStore;
  displayNames: Pick<NameReader, 'namesOf'>;
  alerts: AlertPublisher;
  telemetry: Telemetry;
  retentionDays: number;
};

const DAY_MS = 86_400_000;
/** The first monitor run of a UTC day judges the day before. */
const JUDGED_WITHIN_MS = 900_000;
const CONCURRENT_ORGANIZATIONS = 2;

/**
 * Tells every organization that spent yesterday who took a large part of its bill and cost next to
 * nothing before, and ends what was told. Runs once a day. A new spender is news for a week, so what
 * failed is told on the next day; failures are logged and do not stop the monitor.
 */
export async function tellNewSpenders(deps: NewSpenderDeps, nowMs: number): Promise<void> {
  if (nowMs % DAY_MS >= JUDGED_WITHIN_MS) return;
  const day = dayOf(nowMs - DAY_MS);
  const active = await deps.analytics.listActiveOrganizations(day);
  await mapConcurrently(active, CONCURRENT_ORGANIZATIONS, async (organizationId) => {
    try {
      await tellNewSpendersOf(deps, { organizationId, day, nowMs });
    } catch (error) {
      deps.telemetry.error('NEW_SPENDERS_NOT_JUDGED', { error, organizationId });
    }
  });
}

type Review = { organizationId: string; day: string; nowMs: number };

async function tellNewSpendersOf(deps: NewSpenderDeps, review: Review): Promise<void> {
  const { organizationId, day, nowMs } = review;
  const organization = { dimension: 'organization', value: organizationId } as const;
  const [stored, days] = await Promise.all([
    deps.spenders.get(organizationId),
    spentOn(deps, organizationId, organization, [...baselineDays(day), ...recentDays(day)]),
  ]);
  const bill = billOf(days, day);
  const mayTell = canHaveNews(days, bill);
  if (!mayTell && stored.every(({ ended }) => ended)) return;
  const sums = await sumsOfDay(deps, organizationId, day);
  const followed = await mapConcurrently(stored, 1, (item) =>
    follow(deps, item, { ...review, sums, bill }),
  );
  const begun = mayTell ? await tellBegun(deps, followed, { ...review, sums, bill }) : [];
  const { retentionDays } = deps;
  const kept = keptNews([...begun, ...followed], day);
  await deps.spenders.put(organizationId, kept, { nowMs, retentionDays });
}

type Facts = Review & { sums: readonly SpenderSum[]; bill: Bill };

/** News after the day. Pagers hear of its end; if the queue refuses that, it ends the next day. */
async function follow(
  deps: NewSpenderDeps,
  item: SpenderNews,
  { organizationId, nowMs, sums, bill }: Facts,
): Promise<SpenderNews> {
  const [own] = namesOf(item);
  const sum = sums.find(
    ({ dimension, value }) => dimension === own?.dimension && value === own.value,
  );
  const followed = followNews(item, sum?.costNanoUsd ?? 0n, bill);
  if (item.ended || !followed.ended) return followed;
  const { why } = followed.ended;
  const end = newSpenderEndOf(organizationId, item, { why, nowMs });
  return (await publishQuietly(deps, end)) ? followed : item;
}

async function tellBegun(
  deps: NewSpenderDeps,
  stored: readonly SpenderNews[],
  facts: Facts,
): Promise<SpenderNews[]> {
  const { organizationId, day, nowMs, sums, bill } = facts;
  const candidates = largeSpenders(sums, bill).filter((sum) => !isTold(stored, sum, day));
  const judged = await mapConcurrently(candidates, 1, async (sum) => ({
    sum,
    days: await daysOfNewSpender(deps, organizationId, sum, bill),
  }));
  const newcomers = judged
    .flatMap(({ sum, days }) => (days ? [{ sum, days }] : []))
    .toSorted((left, right) => rankOf(left.sum) - rankOf(right.sum));
  const told: SpenderNews[] = [];
  for (const newcomer of newcomers) {
    if (told.some((item) => isAbout(item, newcomer.sum))) continue;
    const item = await newsOf(deps, newcomer, { ...facts, newcomers });
    const names = namesOf(item).map(({ dimension, value }) => ({
      scope: dimension,
      scopeId: value,
    }));
    const nameOf = await deps.displayNames.namesOf(organizationId, names);
    const alert = newSpenderAlertOf(organizationId, item, { nameOf, nowMs });
    if (await publishQuietly(deps, alert)) told.push(item);
  }
  return told;
}

type Newcomer = { sum: SpenderSum; days: SpentDay[] };

const rankOf = ({ dimension }: SpenderSum): number => SPENDER_DIMENSIONS.indexOf(dimension);

async function newsOf(
  deps: NewSpenderDeps,
  { sum, days }: Newcomer,
  { organizationId, sums, bill, newcomers }: Facts & { newcomers: readonly Newcomer[] },
): Promise<SpenderNews> {
  const facts = await factsOf(deps, organizationId, sum);
  const joined = newcomers
    .map((item) => item.sum)
    .filter((item) => item.dimension !== sum.dimension && isSameMoney(facts, item))
    .map(({ dimension, value }) => ({ dimension, value }));
  return {
    dimension: sum.dimension,
    value: sum.value,
    firstDay: firstDayOf(days, bill),
    day: bill.day,
    costNanoUsd: sum.costNanoUsd,
    billNanoUsd: bill.dayNanoUsd,
    joined,
    replaces: await replacedBy(deps, organizationId, facts, sums),
    uses: facts.uses,
    lastDay: bill.day,
  };
}
