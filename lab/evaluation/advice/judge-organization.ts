import type { AdvisedItem, Advisor, PostedDay } from './advisor.ts';
import { judgeFollowing, type Realized } from './judge-following.ts';
import { type Organization, type OrganizationRoute, SEEN_DAYS } from './organization.ts';
import { systemLimits } from './system-limits.ts';
import { costPerMonth, savingPerMonth, type JudgedItem, truthOf } from './truth.ts';

/** What became of one planted waste. */
export type PlantResult = {
  kind: string;
  expects: 'saving' | 'setting';
  /** The planted saving as a share of what the organization pays. */
  billShare: number;
  /** Days from the first wasteful one until advice was open; absent if it was not within ten. */
  foundAfterDays?: number | undefined;
  /** Stated over true saving at the end of the history; absent if no true item was open then. */
  statedOverTrue?: number | undefined;
  realized?: Realized | undefined;
};

export type OrganizationResult = {
  plants: PlantResult[];
  hasStoppedRoute: boolean;
  /** Items open at the end that save nothing, or too little, or that the owner could not allow. */
  falseItems: JudgedItem[];
  /** Items open for routes that had stopped. */
  staleItems: JudgedItem[];
  /** Pairs of items for one route that cannot both be followed, and do not say so. */
  contradictions: JudgedItem[];
};

/** Advice is looked for after so many days of waste. */
export const LOOK_AFTER_DAYS = [1, 2, 3, 5, 7, 10];
/** An item finds a waste if it saves at least this share of it. */
const FOUND_SHARE = { of: 2n, is: 1n };

/** Plays the history of an organization to an advisor, then the days after advice was accepted. */
export async function judgeOrganization(
  organization: Organization,
  advisor: Advisor,
): Promise<OrganizationResult> {
  const { historyDays } = organization.plan;
  const days: PostedDay[] = [];
  const foundAfter = new Map<OrganizationRoute, number>();
  const plants = organization.routes.filter(isPlanted);
  for (let day = 0; day < historyDays; day += 1) {
    days.push(organization.day(day));
    if (days.length > SEEN_DAYS) days.shift();
    const awaited = plants.filter(
      (route) => !foundAfter.has(route) && LOOK_AFTER_DAYS.includes(day - route.wasteDay + 1),
    );
    if (awaited.length === 0) continue;
    const items = await advisor.openItems(days, systemLimits(organization, day));
    for (const route of awaited) {
      const isFound = findingItems(organization, route, items, day).length > 0;
      if (isFound) foundAfter.set(route, day - route.wasteDay + 1);
    }
  }
  const last = historyDays - 1;
  const items = await advisor.openItems(days, systemLimits(organization, last));
  const judged = judgedItems(organization, items, last);
  const bill = organization.routes.reduce(
    (sum, route) => sum + costPerMonth(organization, route, last),
    0n,
  );
  const accepted = plants.flatMap((route) => {
    const [best] = findingItems(organization, route, items, last);
    return best && route.plant?.expects === 'saving' ? [best] : [];
  });
  const realized = await judgeFollowing(organization, advisor, accepted, days);
  const isStale = ({ route }: JudgedItem): boolean => route.endDay <= last - 1;
  return {
    plants: plants.map((route): PlantResult => {
      const best = accepted.find((item) => item.route === route);
      return {
        kind: route.plant?.kind ?? '',
        expects: route.plant?.expects === 'setting' ? 'setting' : 'saving',
        billShare: ratio(plantedSaving(organization, route, last), bill),
        foundAfterDays: foundAfter.get(route),
        statedOverTrue:
          best && ratio(best.item.savingNanoUsdPerMonth, best.truth.savingNanoUsdPerMonth),
        realized: realized.get(route),
      };
    }),
    hasStoppedRoute: organization.routes.some(({ endDay }) => endDay <= last - 1),
    falseItems: judged.filter((item) => !isStale(item) && !item.truth.isTrue),
    staleItems: judged.filter(isStale),
    contradictions: contradictionsIn(judged),
  };
}

/** The routes with a waste that an advisor should find. */
const isPlanted = ({ plan, plant }: OrganizationRoute): boolean =>
  plant !== undefined && plant.expects !== 'silence' && plan === plant.route;

export function judgedItems(
  organization: Organization,
  items: readonly AdvisedItem[],
  day: number,
): JudgedItem[] {
  return items.flatMap((item) => {
    const route = organization.routes.find(({ plan }) => plan.name === item.system);
    if (!route) throw new Error(`Advice for ${item.system}, which sends nothing.`);
    if (item.isQuestion && !(isPlanted(route) && route.plant?.isAsked)) return [];
    const truth = truthOf(organization, route, item, day);
    // Asking claims nothing, so it cannot be false.
    return item.isQuestion && !truth.isTrue ? [] : [{ item, route, truth }];
  });
}

/** The true items that save at least half of a plant's waste, best first. */
function findingItems(
  organization: Organization,
  route: OrganizationRoute,
  items: readonly AdvisedItem[],
  day: number,
): JudgedItem[] {
  const own = items.filter(({ system }) => system === route.plan.name);
  const judged = judgedItems(organization, own, day).filter(({ truth }) => truth.isTrue);
  const isSetting = route.plant?.expects === 'setting';
  const planted = own.length === 0 ? 0n : plantedSaving(organization, route, day);
  return judged
    .filter(({ item, truth }) =>
      isSetting
        ? item.change.kind === 'limit'
        : item.change.kind !== 'limit' &&
          truth.savingNanoUsdPerMonth * FOUND_SHARE.of >= planted * FOUND_SHARE.is,
    )
    .toSorted((left, right) =>
      left.truth.savingNanoUsdPerMonth > right.truth.savingNanoUsdPerMonth ? -1 : 1,
    );
}

const plantedSaving = (organization: Organization, route: OrganizationRoute, day: number): bigint =>
  savingPerMonth(organization, route, route.plan.meant, day);

/** Items that exclude each other: two models, lives of a cache or tiers for the same calls. */
function contradictionsIn(judged: readonly JudgedItem[]): JudgedItem[] {
  return judged.filter(({ item }, position) =>
    judged.slice(0, position).some(({ item: other }) => {
      const isAlternative = item.group !== undefined && item.group === other.group;
      const isSameChoice =
        item.system === other.system &&
        item.model === other.model &&
        item.change.kind === other.change.kind &&
        item.change.kind !== 'limit';
      return isSameChoice && !isAlternative;
    }),
  );
}

const ratio = (part: bigint, whole: bigint): number =>
  whole === 0n ? NaN : Number(part) / Number(whole);
