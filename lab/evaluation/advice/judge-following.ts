import type { Advisor, PostedDay } from './advisor.ts';
import type { Organization, OrganizationRoute } from './organization.ts';
import { sumOf } from './serving.ts';
import type { JudgedItem } from './truth.ts';

/** Shares of the calls that follow accepted advice. */
export const SHARES = { none: 0, half: 0.5, all: 1 } as const;
export type FollowedShare = keyof typeof SHARES;

/**
 * The error of what the advisor says was saved, as a share of what was saved in truth. Where nobody
 * followed, or where those who followed saved less than their share because the others leave no cache for
 * them, it is a share of what could have been saved. Infinite if it does not say.
 */
export type Realized = Record<FollowedShare, number>;

/** Days after advice was accepted. */
const FOLLOWED_DAYS = 7;

/** Goes on after all items were accepted, with none, half and all of the calls following them. */
export async function judgeFollowing(
  organization: Organization,
  advisor: Advisor,
  accepted: readonly JudgedItem[],
  before: readonly PostedDay[],
): Promise<Map<OrganizationRoute, Realized>> {
  const results = new Map<OrganizationRoute, Realized>();
  if (accepted.length === 0) return results;
  const { historyDays } = organization.plan;
  const followed = Array.from({ length: FOLLOWED_DAYS }, (_, index) => historyDays + index);
  const practices = new Map(accepted.map(({ route, truth }) => [route.plan.name, truth.practice]));
  const costOf = (route: OrganizationRoute, share: number): bigint =>
    followed.reduce(
      (sum, day) => sum + sumOf(organization.served(route, day, { share, practices })),
      0n,
    );
  for (const [name, share] of Object.entries(SHARES) as [FollowedShare, number][]) {
    const after = followed.map((day) => organization.day(day, { share, practices }));
    for (const { item, route } of accepted) {
      const said = await advisor.realizedNanoUsd(item, before, after);
      const saved = Number(costOf(route, 0) - costOf(route, share));
      const most = Number(costOf(route, 0) - costOf(route, 1));
      const error =
        said === undefined
          ? Infinity
          : (Number(said) - saved) / Math.max(saved, most * (share || 1));
      results.set(route, { ...(results.get(route) ?? NOT_SAID), [name]: error });
    }
  }
  return results;
}

const NOT_SAID: Realized = { none: Infinity, half: Infinity, all: Infinity };
