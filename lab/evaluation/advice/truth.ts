import { modelStem, parseModelId } from '../../../domain/pricing/model-id.ts';
import type { AdvisedChange, AdvisedItem } from './advisor.ts';
import { dayMs, type Organization, type OrganizationRoute } from './organization.ts';
import { publicRate } from './own-bill.ts';
import type { RoutePlan } from './route-plan.ts';
import type { Practice } from './serving.ts';

/** What an item is worth in truth, per 30 days at the rate of the route's last week. */
export type Truth = { isTrue: boolean; savingNanoUsdPerMonth: bigint; practice: Practice };

/** An item with the route that it is about and what it is worth. */
export type JudgedItem = { item: AdvisedItem; route: OrganizationRoute; truth: Truth };

type Item = Pick<AdvisedItem, 'model' | 'change' | 'savingNanoUsdPerMonth'>;

const RECENT_DAYS = 7;
const DAYS_PER_MONTH = 30n;
/** An item is false if it saves less than a tenth of what it states. */
const FALSE_BELOW = 10n;
/** Limits of so many dearest days are far off; those that fit are far below that. */
const FAR_TIMES = 10;

/** How a route is served on a day. */
export const practiceOn = ({ plan, wasteDay }: OrganizationRoute, day: number): Practice =>
  (day < wasteDay ? undefined : plan.wasteful) ?? plan.meant;

/**
 * Whether an item that is open after a day is true, and what it saves: the calls of the last week are
 * served once more with the change.
 */
export function truthOf(
  organization: Organization,
  route: OrganizationRoute,
  item: Item,
  day: number,
): Truth {
  const { change, savingNanoUsdPerMonth: stated } = item;
  const now = practiceOn(route, day);
  if (change.kind === 'limit') {
    const isTrue = isFar(route.plan, change.of) && stated === 0n;
    return { isTrue, savingNanoUsdPerMonth: 0n, practice: now };
  }
  const practice = practiceWith(now, item, change);
  if (
    !isAllowed(route.plan, now, item, change) ||
    !publicRate(practice.model, practice.tier, dayMs(day))
  ) {
    return { isTrue: false, savingNanoUsdPerMonth: 0n, practice: now };
  }
  const saving = savingPerMonth(organization, route, practice, day);
  return {
    isTrue: saving > 0n && saving * FALSE_BELOW >= stated,
    savingNanoUsdPerMonth: saving,
    practice,
  };
}

/** What a practice saves per 30 days, at the rate of the last week or since the waste began. */
export function savingPerMonth(
  organization: Organization,
  route: OrganizationRoute,
  practice: Practice,
  day: number,
): bigint {
  const days = recentDays(route, day);
  const { nowNanoUsd, thenNanoUsd } = organization.bills(route, days, practice);
  return ((nowNanoUsd - thenNanoUsd) * DAYS_PER_MONTH) / BigInt(days.length);
}

/** What a route costs per 30 days, at the same rate. */
export function costPerMonth(
  organization: Organization,
  route: OrganizationRoute,
  day: number,
): bigint {
  const days = recentDays(route, day);
  const { nowNanoUsd } = organization.bills(route, days, route.plan.meant);
  return (nowNanoUsd * DAYS_PER_MONTH) / BigInt(days.length);
}

function recentDays({ wasteDay }: OrganizationRoute, day: number): number[] {
  const first = Math.min(day, Math.max(wasteDay, day - RECENT_DAYS + 1));
  return Array.from({ length: day - first + 1 }, (_, index) => first + index);
}

function practiceWith(
  now: Practice,
  { model }: Item,
  change: Exclude<AdvisedChange, { kind: 'limit' }>,
): Practice {
  switch (change.kind) {
    case 'model': {
      const { toModel } = change;
      if (now.also && model === now.also.model) {
        return { ...now, also: { ...now.also, model: toModel } };
      }
      return { ...now, model: toModel };
    }
    case 'cache':
      return { ...now, cache: change.plan };
    case 'keep-cache':
      return { ...now, prefix: 'kept', regions: now.regions.slice(0, 1) };
    case 'tier':
      return { ...now, tier: change.tier, also: now.also && { ...now.also, tier: change.tier } };
    case 'answer-repeats':
      return { ...now, answersRepeats: true };
    case 'end-loops':
      return { ...now, loops: false };
    case 'shorten-prompts':
      return { ...now, trims: true };
    case 'end-failures':
      return { ...now, fails: false };
  }
}

/** Whether the owner would allow a change: the work must stay good enough, and fast enough. */
function isAllowed(
  { goodModels, canWait }: RoutePlan,
  now: Practice,
  { model = now.model }: Item,
  change: AdvisedChange,
): boolean {
  if (change.kind === 'tier') return canWait && change.tier !== 'priority';
  if (change.kind !== 'model') return true;
  const { toModel } = change;
  const [from, to] = [model, toModel].map((id) => parseModelId(id).profile);
  const staysInPlace = from === to || (from !== undefined && to === 'global');
  const isSame = modelStem(toModel) === modelStem(model);
  return (
    staysInPlace && (isSame || goodModels.some((good) => modelStem(good) === modelStem(toModel)))
  );
}

function isFar(plan: RoutePlan, of: 'output' | 'budget' | 'threshold'): boolean {
  if (of === 'output') return plan.hasFarLimit === true;
  const times = of === 'budget' ? plan.budgetTimes : plan.thresholdTimes;
  return (times ?? 0) >= FAR_TIMES;
}
