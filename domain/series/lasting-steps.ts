import { normalDeviate } from './level-step.ts';
import { mean, median } from './robust.ts';
import { DAYS_PER_WEEK, weekdayProfile, withoutWeekdays } from './weekday-profile.ts';

/** A day from which on the level of a daily series was another one. */
export type StepDay = {
  /** The first day of the new level. */
  at: number;
  /** How many days had to be known to see it. */
  knownFrom: number;
};

/** The same with the levels. */
export type LastingStep = StepDay & {
  /** The usual day in the four weeks before, and in the days since, at most four weeks. */
  before: number;
  since: number;
};

/** Days on each side that a step needs: a burst of a few days is none. */
const LEAST_SIDE = 5;
/** Days on each side to compare; older ones may be from another time. */
const SIDE_DAYS = 28;
/** As a logarithm: a third more, or a quarter less. */
const LEAST_SHIFT = 0.3;
/** Share of days on each side that lie on their side of the middle between the two levels. */
const LEAST_APART = 0.8;
/** Like `levelStep`: many places of many series are tried every day. */
const LEAST_DEVIATIONS = 4.5;
/** Share of the mean day to add before taking logarithms, because zero has none. */
const OFFSET_SHARE = 0.05;
const LEAST_VARIANCE = 1e-4;
const MOST_MEMORY = 0.8;

/**
 * The days of lasting steps in the level of a daily series, oldest first. Goes through the days as they came:
 * whether and where there was a step depends on the first `knownFrom` days only, so forecasts of past
 * days may use it. A step must show beyond a straight trend through the same days (analysis of
 * covariance: Fisher, 1932), with the noise's memory counted (Bartlett, 1946), and most days must lie
 * on their side of it, which neither growth nor spikes do.
 * @param leastDeviations how unlikely by chance a step is, as a normal deviate
 */
export function stepDays(
  days: readonly number[],
  leastDeviations: number = LEAST_DEVIATIONS,
): StepDay[] {
  const steps: StepDay[] = [];
  let week: WeekOfLogs | undefined;
  for (let dayCount = 2 * LEAST_SIDE; dayCount <= days.length; dayCount += 1) {
    if (!week || dayCount % DAYS_PER_WEEK === 0) week = logsOfWeek(days, dayCount);
    const first = Math.max(steps.at(-1)?.at ?? 0, dayCount - 2 * SIDE_DAYS);
    const at = stepShownIn(week, { first, dayCount, leastDeviations });
    if (at !== undefined) steps.push({ at, knownFrom: dayCount });
  }
  return steps;
}

/** The lasting steps in the level of a daily series, oldest first. */
export function lastingSteps(
  days: readonly number[],
  steps: readonly StepDay[] = stepDays(days),
): LastingStep[] {
  return steps.map((step, index) => {
    const end = steps[index + 1]?.at ?? days.length;
    return { ...step, ...sidesOf(days, { from: steps[index - 1]?.at ?? 0, at: step.at, end }) };
  });
}

/** The usual day on both sides, from at most four weeks each. */
function sidesOf(
  days: readonly number[],
  { from, at, end }: { from: number; at: number; end: number },
): { before: number; since: number } {
  const until = Math.min(end, at + SIDE_DAYS);
  const first = Math.max(from, at - SIDE_DAYS);
  const levels = withoutWeekdays(days, weekdayProfile(days, until), until - first, until);
  return { before: median(levels.slice(0, at - first)), since: median(levels.slice(at - first)) };
}

/** Logarithms of levels for seven values of `dayCount`, and the sum of the first 0, 1, 2 … of them. */
type WeekOfLogs = { firstDay: number; logs: number[]; sums: number[] };

/**
 * Weekdays and offset are those of the first `dayCount` days for the whole week: a day more changes
 * them little, and finding them is most of the work.
 */
function logsOfWeek(days: readonly number[], dayCount: number): WeekOfLogs {
  const firstDay = Math.max(0, dayCount - 2 * SIDE_DAYS);
  const end = Math.min(days.length, dayCount + DAYS_PER_WEEK - 1);
  const levels = withoutWeekdays(days, weekdayProfile(days, dayCount), end - firstDay, end);
  const offset = OFFSET_SHARE * mean(levels.slice(0, dayCount - firstDay)) || Number.MIN_VALUE;
  const logs = levels.map((level) => Math.log(level + offset));
  const sums = [0];
  for (const log of logs) sums.push((sums.at(-1) ?? 0) + log);
  return { firstDay, logs, sums };
}

/** The clearest step since day `first`, as far as the first `dayCount` days show it. */
function stepShownIn(
  { firstDay, logs, sums }: WeekOfLogs,
  {
    first,
    dayCount,
    leastDeviations,
  }: { first: number; dayCount: number; leastDeviations: number },
): number | undefined {
  const [start, end] = [first - firstDay, dayCount - firstDay];
  const meanOf = (from: number, to: number): number =>
    ((sums[to] ?? 0) - (sums[from] ?? 0)) / (to - from);
  let best: { at: number; deviations: number } | undefined;
  const earliest = Math.max(start + LEAST_SIDE, end - SIDE_DAYS);
  for (let at = earliest; at <= end - LEAST_SIDE; at += 1) {
    const from = Math.max(start, at - SIDE_DAYS);
    const [low, high] = [meanOf(from, at), meanOf(at, end)];
    if (Math.abs(high - low) < LEAST_SHIFT) continue;
    const sides = [logs.slice(from, at), logs.slice(at, end)] as const;
    if (!areApart(...sides, { low, high })) continue;
    const deviations = deviationsOf(...sides);
    if (deviations >= Math.max(leastDeviations, best?.deviations ?? 0)) best = { at, deviations };
  }
  return best && firstDay + best.at;
}

/** Whether the new level begins on this very day, still holds, and most days are at their level. */
function areApart(
  before: readonly number[],
  since: readonly number[],
  { low, high }: { low: number; high: number },
): boolean {
  const middle = (low + high) / 2;
  const isNew = (value: number): boolean => (high > low ? value > middle : value < middle);
  if (isNew(before.at(-1) ?? low) || ![since[0], since.at(-1)].every((day = low) => isNew(day))) {
    return false;
  }
  return (
    since.filter(isNew).length >= LEAST_APART * since.length &&
    before.filter(isNew).length <= (1 - LEAST_APART) * before.length
  );
}

/** How unlikely the step is by chance, beside a line through the same days, as a normal deviate. */
function deviationsOf(before: readonly number[], since: readonly number[]): number {
  const count = before.length + since.length;
  const values = withoutLine([...before, ...since]);
  const step = withoutLine(Array.from({ length: count }, (_, at) => (at < before.length ? 0 : 1)));
  const size = sumOfProducts(step, step);
  const shift = sumOfProducts(step, values) / size;
  const rests = values.map((value, at) => value - shift * (step[at] ?? 0));
  const squares = sumOfProducts(rests, rests);
  const lagged = squares > 0 ? sumOfProducts(rests, rests.slice(1)) / squares : 0;
  const memory = Math.max(0, Math.min(MOST_MEMORY, lagged));
  const freedom = count - 3;
  const variance = Math.max(LEAST_VARIANCE, squares / freedom) * ((1 + memory) / (1 - memory));
  return normalDeviate(Math.abs(shift) / Math.sqrt(variance / size), freedom);
}

/** The values without their least-squares line. */
function withoutLine(values: readonly number[]): number[] {
  const middle = (values.length - 1) / 2;
  const center = mean(values);
  const positions = values.map((_, at) => at - middle);
  const slope = sumOfProducts(positions, values) / sumOfProducts(positions, positions);
  return values.map((value, at) => value - center - slope * (at - middle));
}

const sumOfProducts = (first: readonly number[], second: readonly number[]): number =>
  second.reduce((sum, value, at) => sum + value * (first[at] ?? 0), 0);
