import { minNanoUsd, type NanoUsd } from '../money.ts';
import { GROUPS, type SampledRequest } from './day-sample.ts';
import type { HistoryDay, RouteHistory } from './route-history.ts';
import { priceOf, type RateOf, type Serve, servedAs } from './serving.ts';

/**
 * What a change saves per 30 days at the rate of the route's last week, with the bounds of a 90 %
 * interval.
 */
export type Saving = {
  perMonthNanoUsd: NanoUsd;
  leastPerMonthNanoUsd: NanoUsd;
  mostPerMonthNanoUsd: NanoUsd;
  /** What the route costs per 30 days without the change. */
  nowPerMonthNanoUsd: NanoUsd;
  /** The saved share of that. */
  share: number;
  /** The requests that show it, and on how many days. */
  requests: number;
  days: number;
};

/** Savings below 10 cents a month are not worth reading about. */
export const LEAST_SAVING_NANO_USD = 100_000_000n;
/** Advice needs requests on this many days, and this many of them. */
const LEAST_DAYS = 3;
const LEAST_REQUESTS = 20;
/** With fewer in the last week, older weeks count too. */
const ENOUGH_REQUESTS = 50;
const WEEKS = [7, 14, 28];
/** If the amount paid differs from the price by more than a tenth, the price does not explain it. */
const MOST_UNEXPLAINED = 10n;
export const TWO_SIDED_90 = 1.6449;

/** Costs of the requests of some days, before and after a change, scaled to all requests of a day. */
type Totals = { nowNanoUsd: NanoUsd; savedNanoUsd: NanoUsd; unexplainedNanoUsd: NanoUsd };

const noCosts = (): Totals => ({ nowNanoUsd: 0n, savedNanoUsd: 0n, unexplainedNanoUsd: 0n });

/**
 * What a change would save. Every request of the sample is priced as it was served and as it would be,
 * at the same prices. The saved share of their cost, a ratio of sums, is applied to the route's exact
 * cost per month. Its variance is that of the delete-a-group jackknife (Kott, 2001, Journal of
 * Official Statistics 17), with the requests of a session or of one prompt in the same group.
 * @param serve a request that it returns unchanged saves nothing
 * @returns `undefined` if a price is unknown, or if prices explain less than half of what was paid
 */
export function savingOf(history: RouteHistory, serve: Serve, rateOf: RateOf): Saving | undefined {
  const days = evidenceDays(history);
  const groups = Array.from({ length: GROUPS }, () => ({ now: 0, saved: 0 }));
  const total = noCosts();
  for (const day of days) {
    const ofDay = noCosts();
    const standsFor = day.sample.length === 0 ? 0 : day.requests / day.sample.length;
    for (const request of day.sample) {
      const costs = costsOf(request, serve, rateOf);
      if (!costs) return undefined;
      addCosts(ofDay, costs, (amount) => amount);
      const group = groups[request.group];
      if (!group) continue;
      group.now += Number(costs.nowNanoUsd) * standsFor;
      group.saved += Number(costs.savedNanoUsd) * standsFor;
    }
    addCosts(total, ofDay, (amount) => toWholeDay(amount, day));
  }
  if (total.nowNanoUsd <= 0n || total.unexplainedNanoUsd * 2n > total.nowNanoUsd) return undefined;
  const share = Number(total.savedNanoUsd) / Number(total.nowNanoUsd);
  const perMonthNanoUsd = (total.savedNanoUsd * history.monthNanoUsd) / total.nowNanoUsd;
  const margin = BigInt(
    Math.ceil(TWO_SIDED_90 * standardError(groups) * Number(history.monthNanoUsd)),
  );
  return {
    perMonthNanoUsd,
    leastPerMonthNanoUsd: perMonthNanoUsd - margin,
    // Nothing saves more than it costs.
    mostPerMonthNanoUsd: minNanoUsd(perMonthNanoUsd + margin, history.monthNanoUsd),
    nowPerMonthNanoUsd: history.monthNanoUsd,
    share,
    requests: days.reduce((sum, { sample }) => sum + sample.length, 0),
    days: days.filter(({ requests }) => requests > 0).length,
  };
}

/** Whether a saving is certain and large enough to tell. */
export const isWorthTelling = ({
  perMonthNanoUsd,
  leastPerMonthNanoUsd,
  requests,
  days,
}: Saving): boolean =>
  perMonthNanoUsd >= LEAST_SAVING_NANO_USD &&
  leastPerMonthNanoUsd > 0n &&
  requests >= LEAST_REQUESTS &&
  days >= LEAST_DAYS;

/** The last week, or more weeks if it has few requests. */
export function evidenceDays({ days }: RouteHistory): readonly HistoryDay[] {
  const enough = WEEKS.find(
    (count) =>
      days.slice(-count).reduce((sum, { sample }) => sum + sample.length, 0) >= ENOUGH_REQUESTS,
  );
  return days.slice(-(enough ?? Math.max(...WEEKS)));
}

function addCosts(sum: Totals, costs: Totals, scale: (amount: NanoUsd) => NanoUsd): void {
  sum.nowNanoUsd += scale(costs.nowNanoUsd);
  sum.savedNanoUsd += scale(costs.savedNanoUsd);
  sum.unexplainedNanoUsd += scale(costs.unexplainedNanoUsd);
}

/** A request that its price does not explain counts with what was paid, and saves nothing. */
function costsOf(request: SampledRequest, serve: Serve, rateOf: RateOf): Totals | undefined {
  const served = servedAs(request);
  const priced = priceOf(served, rateOf);
  if (priced === undefined) return undefined;
  const paid = request.costNanoUsd;
  const difference = paid > priced ? paid - priced : priced - paid;
  if (difference * MOST_UNEXPLAINED > priced) {
    return { nowNanoUsd: paid, savedNanoUsd: 0n, unexplainedNanoUsd: paid };
  }
  const then = priceOf(serve(request, served), rateOf);
  if (then === undefined) return undefined;
  return { nowNanoUsd: priced, savedNanoUsd: priced - then, unexplainedNanoUsd: 0n };
}

const toWholeDay = (amount: NanoUsd, { requests, sample }: HistoryDay): NanoUsd =>
  sample.length === 0 ? 0n : (amount * BigInt(requests)) / BigInt(sample.length);

/** The standard error of the ratio of two sums over groups. */
function standardError(groups: readonly { now: number; saved: number }[]): number {
  const now = groups.reduce((sum, group) => sum + group.now, 0);
  const saved = groups.reduce((sum, group) => sum + group.saved, 0);
  const used = groups.filter((group) => group.now > 0 && group.now < now);
  // One session alone says nothing about others.
  if (used.length < 2) return 1;
  const deviations = used.map(
    (group) => ((saved - group.saved) / (now - group.now) - saved / now) ** 2,
  );
  const sum = deviations.reduce((total, deviation) => total + deviation, 0);
  return Math.sqrt(((used.length - 1) / used.length) * sum);
}
