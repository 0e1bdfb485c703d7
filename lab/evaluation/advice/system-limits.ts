import type { SystemLimit } from './advisor.ts';
import { type Organization, type OrganizationRoute, SEEN_DAYS } from './organization.ts';
import { sumOf } from './serving.ts';

/** The limits of an organization's systems that have some, as their owners set them after a day. */
export const systemLimits = (organization: Organization, day: number): SystemLimit[] =>
  organization.routes.flatMap((route) => {
    const { name, budgetTimes, thresholdTimes } = route.plan;
    if (budgetTimes === undefined && thresholdTimes === undefined) return [];
    const dearest = dearestDay(organization, route, day);
    return [
      {
        system: name,
        budgetNanoUsd: timesOf(dearest, budgetTimes),
        thresholdNanoUsd: timesOf(dearest, thresholdTimes),
      },
    ];
  });

/** The most that a route spent on one of the days that an advisor sees. */
function dearestDay(organization: Organization, route: OrganizationRoute, last: number): bigint {
  let dearest = 0n;
  for (let day = Math.max(0, last - SEEN_DAYS + 1); day <= last; day += 1) {
    const spend = sumOf(organization.served(route, day));
    if (spend > dearest) dearest = spend;
  }
  return dearest;
}

const timesOf = (amount: bigint, times: number | undefined): bigint | undefined =>
  times === undefined ? undefined : (amount * BigInt(Math.round(times * 100))) / 100n;
