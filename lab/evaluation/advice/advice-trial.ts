import { seededRandom } from '../../traces/seeded-random.ts';
import type { Advisor, PostedDay } from './advisor.ts';
import { judgedItems, judgeOrganization, type OrganizationResult } from './judge-organization.ts';
import { createOrganization, ORIGINS, type OrganizationPlan } from './organization.ts';
import { PLANTS } from './plants.ts';
import type { RoutePlan } from './route-plan.ts';
import { systemLimits } from './system-limits.ts';

/** Constants of advice are chosen on `building` organizations, and judged on others. */
export const SEED_SETS = { judged: 7_000_000, building: 1_000_000 } as const;
export type SeedSet = keyof typeof SEED_SETS;
export const isSeedSet = (text: string): text is SeedSet => Object.hasOwn(SEED_SETS, text);

/** Organizations of one size: how often each kind of waste is planted, and how many kinds together. */
export type Size = { callsPerDay: number; repeats: number; together: number; historyDays: number };
export const SIZES: readonly Size[] = [
  { callsPerDay: 10, repeats: 3, together: 1, historyDays: 40 },
  { callsPerDay: 100, repeats: 3, together: 1, historyDays: 40 },
  { callsPerDay: 1_000, repeats: 1, together: 1, historyDays: 40 },
  { callsPerDay: 10_000, repeats: 1, together: 8, historyDays: 21 },
];
/** The share of the calls that a planted waste gets, by repeat. */
const PLANTED_SHARES = [0.6, 0.3, 0.6];

export const CONTROL_ORGANIZATIONS = 500;
const CONTROL_DAYS = 28;
const CONTROL_ROUTES = 3;
/** Advice is asked for at the end of these days. */
const ASKED_ON = [9, 18, 27];

export type Trial = {
  seeds: SeedSet;
  onProgress: (what: string, done: number, total: number) => void;
};

/** A false item: what it is about, and how many organizations have it. */
export type FalseAdvice = { route: string; change: string };
export type ControlResult = { falseAdvice: FalseAdvice[] };

/** The plans of all organizations of a size, with planted waste. */
export function plantedPlans(
  { callsPerDay, repeats, together, historyDays }: Size,
  seeds: SeedSet,
): OrganizationPlan[] {
  const groups = Math.ceil(PLANTS.length / together);
  return Array.from({ length: repeats * groups }, (_, index): OrganizationPlan => {
    const [repeat, group] = [Math.floor(index / groups), index % groups];
    // Kinds that stand side by side in the list are alike, so they go to different organizations.
    const plants = PLANTS.filter((_plant, position) => position % groups === group);
    return {
      name: `planted-${callsPerDay}-${index}`,
      seed: SEED_SETS[seeds] + callsPerDay * 100 + index,
      callsPerDay,
      plants,
      plantedShare: PLANTED_SHARES[repeat] ?? 0.6,
      historyDays,
      controls: plants.flatMap(({ controls }) => controls),
      origin: ORIGINS[(group + repeat) % ORIGINS.length] ?? 'first-day',
    };
  });
}

/** The plan of an organization without waste: some of the routes that only look wasteful. */
export function controlPlan(seeds: SeedSet, index: number): OrganizationPlan {
  const seed = SEED_SETS[seeds] + 500_000_000 + index;
  const random = seededRandom(seed);
  const pool = PLANTS.flatMap(({ controls }) => controls);
  const controls: RoutePlan[] = [];
  while (controls.length < CONTROL_ROUTES) {
    const plan = pool[Math.floor(pool.length * random())];
    if (plan && !controls.includes(plan)) controls.push(plan);
  }
  return {
    name: `control-${index}`,
    seed,
    callsPerDay: Math.round(10 * 20 ** random()),
    plants: [],
    plantedShare: 0,
    historyDays: CONTROL_DAYS,
    controls,
    origin: 'first-day',
  };
}

/** Judges an advisor on all organizations of a size. */
export async function judgePlanted(
  advisor: Advisor,
  size: Size,
  { seeds, onProgress }: Trial,
): Promise<OrganizationResult[]> {
  const results: OrganizationResult[] = [];
  const plans = plantedPlans(size, seeds);
  for (const [index, plan] of plans.entries()) {
    onProgress(`advice_${size.callsPerDay}`, index, plans.length);
    results.push(await judgeOrganization(createOrganization(plan), advisor));
  }
  return results;
}

/** Judges an advisor on organizations without waste. */
export async function judgeControls(
  advisor: Advisor,
  { seeds, onProgress }: Trial,
): Promise<ControlResult[]> {
  const results: ControlResult[] = [];
  for (let index = 0; index < CONTROL_ORGANIZATIONS; index += 1) {
    onProgress('advice_controls', index, CONTROL_ORGANIZATIONS);
    results.push(await judgeControl(advisor, controlPlan(seeds, index)));
  }
  return results;
}

async function judgeControl(advisor: Advisor, plan: OrganizationPlan): Promise<ControlResult> {
  const organization = createOrganization(plan);
  const days: PostedDay[] = [];
  const falseAdvice = new Map<string, FalseAdvice>();
  for (let day = 0; day < plan.historyDays; day += 1) {
    days.push(organization.day(day));
    if (!ASKED_ON.includes(day)) continue;
    const items = await advisor.openItems(days, systemLimits(organization, day));
    for (const judged of judgedItems(organization, items, day)) {
      if (judged.truth.isTrue) continue;
      const advice = falseAdviceOf(judged);
      falseAdvice.set(`${advice.route}: ${advice.change}`, advice);
    }
  }
  return { falseAdvice: [...falseAdvice.values()] };
}

/** Names a false item by its route and what it would change. */
export function falseAdviceOf({
  item: { change },
  route,
}: OrganizationResult['falseItems'][number]): FalseAdvice {
  const rest = Object.entries(change).flatMap(([name, value]) => (name === 'kind' ? [] : [value]));
  return { route: route.plan.name, change: [change.kind, ...rest].join(' ') };
}
