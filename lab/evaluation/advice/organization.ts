import { hashShare } from '../../traces/seeded-random.ts';
import type { PostedDay } from './advisor.ts';
import { PLAIN_ROUTES } from './plants.ts';
import type { Plant, RoutePlan } from './route-plan.ts';
import { type Practice, serve, type ServedRequest, sumOf } from './serving.ts';
import { postingOf } from './traced-posting.ts';
import { type Call, callsOf, DAY_MS } from './traffic.ts';

/** How a waste begins: with the history, by a change of an old route, or with a new route. */
export const ORIGINS = ['first-day', 'change', 'new-route'] as const;
export type Origin = (typeof ORIGINS)[number];

export type OrganizationPlan = {
  name: string;
  seed: number;
  /** Calls of all routes together on an average workday. */
  callsPerDay: number;
  plants: readonly Plant[];
  /** The share of the calls that goes to the plants. */
  plantedShare: number;
  /** Days until advice is accepted. */
  historyDays: number;
  controls: readonly RoutePlan[];
  origin: Origin;
};

/** A route with what the organization adds to its plan. Days are counted from the first one, 0. */
export type OrganizationRoute = {
  plan: RoutePlan;
  plant?: Plant | undefined;
  callsPerDay: number;
  firstDay: number;
  /** The first day on which it wastes money. */
  wasteDay: number;
  /** The first day without calls. */
  endDay: number;
};

/** Who follows which advice in the time after the history: a share of the calls of some routes. */
export type Following = { share: number; practices: ReadonlyMap<string, Practice> };
const NOBODY: Following = { share: 0, practices: new Map() };

/** An advisor sees no older days. */
export const SEEN_DAYS = 28;
/** A Monday. */
const FIRST_DAY_MS = Date.UTC(2026, 9, 12);
/** Waste that does not begin with the history begins so many days before its end. */
const WASTEFUL_DAYS = 14;
const WEEKEND = 0.7;
/** Growth per week is between these. */
const GROWTH = [0.9, 1.15] as const;

export const dayMs = (day: number): number => FIRST_DAY_MS + day * DAY_MS;

export type Organization = ReturnType<typeof createOrganization>;

/**
 * An organization whose traffic is a function of its plan and the day, so that any part of it can be
 * made again: as it was served, and as it would be served otherwise.
 */
export function createOrganization(plan: OrganizationPlan) {
  const routes = routesOf(plan);
  const growth = GROWTH[0] + (GROWTH[1] - GROWTH[0]) * hashShare(`growth#${plan.seed}`);

  function calls(
    { plan: { name, traffic, later }, callsPerDay, firstDay, endDay }: OrganizationRoute,
    day: number,
  ): Call[] {
    if (day < firstDay || day >= endDay) return [];
    const level = growth ** (day / 7) * (day % 7 >= 5 ? WEEKEND : 1);
    const isLater = later !== undefined && day >= plan.historyDays - later.days;
    return callsOf(isLater ? later.traffic : traffic, {
      name,
      startMs: dayMs(day),
      seed: plan.seed,
      perDay: callsPerDay * level * (isLater ? later.share : 1),
    });
  }

  const served = (route: OrganizationRoute, day: number, following = NOBODY): ServedRequest[] => {
    const { meant, wasteful = meant, name } = route.plan;
    const usual = day < route.wasteDay ? meant : wasteful;
    const advised = following.practices.get(name) ?? usual;
    return serve(calls(route, day), ({ cohort }) => (cohort < following.share ? advised : usual));
  };

  return {
    plan,
    routes,

    /** What a route sends on a day. */
    served,

    /** A day with all its postings, oldest first. */
    day: (day: number, following = NOBODY): PostedDay => ({
      startMs: dayMs(day),
      postings: () =>
        routes
          .flatMap((route) =>
            served(route, day, following).map((request) =>
              postingOf(plan.name, route.plan, request),
            ),
          )

          .toSorted((left, right) => left.occurredAtMs - right.occurredAtMs),
    }),

    /** What the calls of days cost, as they are served, and with another practice for all of them. */
    bills(
      route: OrganizationRoute,
      days: readonly number[],
      practice: Practice,
    ): { nowNanoUsd: bigint; thenNanoUsd: bigint } {
      let [nowNanoUsd, thenNanoUsd] = [0n, 0n];
      for (const day of days) {
        nowNanoUsd += sumOf(served(route, day));
        thenNanoUsd += sumOf(serve(calls(route, day), () => practice));
      }
      return { nowNanoUsd, thenNanoUsd };
    },
  };
}

/** Splits the calls: the planted share to the plants, and the rest to controls and plain routes. */
function routesOf({
  plants,
  plantedShare,
  callsPerDay,
  historyDays,
  controls,
  origin,
}: OrganizationPlan): OrganizationRoute[] {
  const planted = plants.flatMap((plant) =>
    [plant.route, ...(plant.companions ?? [])].map((plan) => ({ plan, plant })),
  );
  const others = [...controls, ...PLAIN_ROUTES];
  const share = planted.length === 0 ? 0 : plantedShare;
  return [
    ...planted.map(({ plan, plant }): OrganizationRoute => {
      const wasteDay = originOf(plant, origin) === 'first-day' ? 0 : historyDays - WASTEFUL_DAYS;
      return {
        plan,
        plant,
        callsPerDay: (callsPerDay * share) / planted.length,
        firstDay: originOf(plant, origin) === 'new-route' ? wasteDay : 0,
        wasteDay,
        endDay: historyDays - (plant.stopsBeforeEnd ?? -Infinity),
      };
    }),
    ...others.map((plan) => ({
      plan,
      callsPerDay: (callsPerDay * (1 - share)) / others.length,
      firstDay: 0,
      wasteDay: 0,
      endDay: Infinity,
    })),
  ];
}

function originOf({ expects, isChange }: Plant, origin: Origin): Origin {
  if (isChange) return 'change';
  return expects === 'saving' ? origin : 'first-day';
}
