import type { NanoUsd } from '../money.ts';
import { dayOf, startOfBucket } from '../reporting/aggregates.ts';
import { type Route, routeKeyOf } from './route.ts';
import type { DaySample, RouteDay, SampledRequest } from './day-sample.ts';

export type HistoryDay = Omit<RouteDay, 'route' | 'sample' | 'halvings'> & {
  day: string;
  sample: readonly SampledRequest[];
};

/**
 * A route over complete UTC days, oldest first, from its first day on; days without requests are
 * there with zeros. `recent` is the last week of it, which decides what it costs per month.
 */
export type RouteHistory = {
  route: Route;
  days: readonly HistoryDay[];
  recent: readonly HistoryDay[];
  /** What the recent days cost per 30 days. */
  monthNanoUsd: NanoUsd;
};

const DAY_MS = 86_400_000;
const RECENT_DAYS = 7;
/** A route without requests for this many days has stopped, unless it usually rests as long. */
const IDLE_DAYS = 2;
const PRESENT_DAYS = 3;
export const DAYS_PER_MONTH = 30n;

/** Every route of some days. @param samples oldest first */
export function routeHistories(samples: readonly DaySample[]): RouteHistory[] {
  const byDay = new Map(samples.map((sample) => [sample.day, sample]));
  const firsts = new Map<string, { route: Route; day: string }>();
  for (const { day, routes } of samples) {
    for (const { route } of routes) {
      const key = routeKeyOf(route);
      if (!firsts.has(key)) firsts.set(key, { route, day });
    }
  }
  const days = everyDay(samples);
  return [...firsts].map(([key, { route, day: first }]) => {
    const history = days
      .filter((day) => day >= first)
      .map((day) => historyDay(byDay.get(day), day, key));
    return historyOf(route, history);
  });
}

/**
 * Whether a route still has requests by its own rhythm: the last ones are at most as many days ago as it
 * has twice waited before, or two days. A weekly job is live all week.
 */
export function isLive({ days }: RouteHistory): boolean {
  const active = days.flatMap(({ requests }, index) => (requests > 0 ? [index] : []));
  const last = active.at(-1);
  if (last === undefined) return false;
  const gaps = active.slice(1).map((index, position) => index - (active[position] ?? index));
  const usual = gaps.toSorted((left, right) => right - left)[1] ?? 0;
  return days.length - 1 - last < Math.max(IDLE_DAYS, usual);
}

/** All requests of the sample, oldest first. */
export const requestsOf = ({ days }: Pick<RouteHistory, 'days'>): SampledRequest[] =>
  days.flatMap(({ sample }) => sample);

/** The requests of the last days that show how the route is served now. */
export const presentRequests = (history: RouteHistory): SampledRequest[] =>
  requestsOf({ days: history.days.slice(-PRESENT_DAYS) });

function historyOf(route: Route, days: readonly HistoryDay[]): RouteHistory {
  const recent = days.slice(-RECENT_DAYS);
  const cost = recent.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n);
  return { route, days, recent, monthNanoUsd: (cost * DAYS_PER_MONTH) / BigInt(recent.length) };
}

/** Every day from the first sample's to the last one's. */
function everyDay(samples: readonly DaySample[]): string[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last) return [];
  const [fromMs, toMs] = [startOfBucket(first.day), startOfBucket(last.day)];
  const count = Math.round((toMs - fromMs) / DAY_MS) + 1;
  return Array.from({ length: count }, (_, index) => dayOf(fromMs + index * DAY_MS));
}

const NO_REQUESTS = { requests: 0, costNanoUsd: 0n, sample: [] };

/** A route's day; if only some hours were read, its totals are scaled to the whole day. */
function historyDay(sample: DaySample | undefined, day: string, route: string): HistoryDay {
  const routeDay = sample?.routes.find((item) => routeKeyOf(item.route) === route);
  if (!sample || !routeDay || sample.readRequests === 0) return { day, ...NO_REQUESTS };
  const { readRequests, allRequests } = sample;
  return {
    day,
    requests: Math.round((routeDay.requests * allRequests) / readRequests),
    costNanoUsd: (routeDay.costNanoUsd * BigInt(allRequests)) / BigInt(readRequests),
    sample: routeDay.sample,
  };
}
