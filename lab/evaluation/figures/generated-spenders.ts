import type { Spender, SpenderDimension } from '../../../domain/anomalies/new-spender.ts';
import { addDays } from '../../../domain/periods.ts';
import { logNormalVariate, seededRandom, type SeededRandom } from '../../traces/seeded-random.ts';

/** What a spender of an organization spent on a UTC day. */
export type SpenderDay = Spender & { day: string; costNanoUsd: bigint };

/** A spender that begins in the middle of the history; none in a control. */
export type Plant = Spender & {
  firstDay: string;
  /** Its part of the bill, once it has its full level, in percent. */
  percent: number;
  /** Days until then. */
  rampDays: number;
};

export type GeneratedOrganization = {
  users: number;
  billUsd: number;
  plant: Plant | undefined;
  days: string[];
  sums: SpenderDay[];
};

const FIRST_DAY = '2026-06-01';
const DAYS = 120;
/** A plant begins up to two weeks later, so on every weekday. */
const PLANTED_FROM = 60;
const PERCENTS = [25, 30, 40, 60];
const RAMPS = [1, 3, 5, 10];
const PLANTED: readonly SpenderDimension[] = ['user', 'system', 'model', 'department'];
const LEVELS_USD = [2, 20, 200, 5_000];
const SIZES = [3, 12, 60];

type Person = Record<SpenderDimension, string> & {
  levelUsd: number;
  /** How probable a day with requests is. */
  active: number;
  sigma: number;
  /** Weekly or monthly work, by day of history. */
  isDue?: (day: number) => boolean;
};

/**
 * An organization of 120 days: few or many users of unequal size, daily or seldom at work, less on
 * weekends, growing or shrinking by up to a tenth a week, with a weekly and a monthly job that cost up
 * to half a bill when they run. In each two with the same index, one has a new spender. A seed always
 * produces the same one.
 */
export function generatedOrganization(
  seed: number,
  index: number,
  { isPlanted }: { isPlanted: boolean },
): GeneratedOrganization {
  const random = seededRandom(seed + 7_919 * index);
  const among = (items: readonly number[]): number =>
    items[Math.floor(random() * items.length)] ?? 0;
  const users = among(SIZES);
  const billUsd = among(LEVELS_USD);
  const people = peopleOf(users, billUsd, random);
  const weekend = 0.1 + 0.9 * random();
  const growth = 1 + (random() - 0.5) * 0.2;
  const plant = plantOf(random);
  const sums = new Map<string, SpenderDay>();
  const days = Array.from({ length: DAYS }, (_, day) => addDays(FIRST_DAY, day));
  for (const [day, date] of days.entries()) {
    const trend = growth ** (day / 7) * ((day + 1) % 7 >= 5 ? weekend : 1);
    const costs = people.map((person) => trend * costUsd(person, day, random));
    const noise = logNormalVariate(0.25, random);
    const full = (trend * billUsd * plant.percent) / (100 - plant.percent);
    const newUsd = noise * full * reachOf(plant, day);
    for (const [position, person] of people.entries()) add(person, costs[position] ?? 0, date);
    const [first] = people;
    if (isPlanted && first) add({ ...first, [plant.dimension]: plant.value }, newUsd, date);
  }
  return { users, billUsd, plant: isPlanted ? plant : undefined, days, sums: [...sums.values()] };

  function add(person: Person, usd: number, day: string): void {
    const costNanoUsd = BigInt(Math.round(usd * 1e9));
    if (costNanoUsd <= 0n) return;
    for (const dimension of PLANTED) {
      const value = person[dimension];
      const key = `${day}#${dimension}#${value}`;
      const sum = sums.get(key) ?? { dimension, value, day, costNanoUsd: 0n };
      sums.set(key, { ...sum, costNanoUsd: sum.costNanoUsd + costNanoUsd });
    }
  }
}

function plantOf(random: SeededRandom): Plant {
  const at = (items: readonly number[]): number => items[Math.floor(random() * items.length)] ?? 1;
  const dimension = PLANTED[Math.floor(random() * PLANTED.length)] ?? 'user';
  return {
    dimension,
    value: `new-${dimension}`,
    firstDay: addDays(FIRST_DAY, PLANTED_FROM + Math.floor(random() * 14)),
    percent: at(PERCENTS),
    rampDays: at(RAMPS),
  };
}

/** The share of its level that a plant has reached on a day of the history. */
function reachOf({ firstDay, rampDays }: Plant, day: number): number {
  const since = Math.round(
    (Date.parse(addDays(FIRST_DAY, day)) - Date.parse(firstDay)) / 86_400_000,
  );
  return since < 0 ? 0 : Math.min(1, (since + 1) / rampDays);
}

function peopleOf(users: number, billUsd: number, random: SeededRandom): Person[] {
  const group = (name: string, of: number): string => `${name}-${Math.floor(random() * of)}`;
  const systems = Math.ceil(Math.sqrt(users));
  const weights = Array.from({ length: users }, () => logNormalVariate(1, random));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const base = (user: string, levelUsd: number): Person => ({
    user,
    system: group('system', systems),
    model: group('model', 3),
    department: group('department', Math.ceil(systems / 2)),
    levelUsd,
    active: 1,
    sigma: 0.3,
  });
  const staff = weights.map((weight, index): Person => {
    const active = random() < 0.3 ? 0.1 + 0.3 * random() : 0.6 + 0.4 * random();
    const levelUsd = (billUsd * weight) / whole / active;
    return { ...base(`user-${index}`, levelUsd), active, sigma: 0.3 + 0.5 * random() };
  });
  const [weekday, monthDay] = [Math.floor(random() * 7), Math.floor(random() * 28)];
  const job = (name: string, isDue: (day: number) => boolean): Person => ({
    ...base(name, billUsd * (0.2 + 0.8 * random())),
    system: name,
    isDue,
  });
  return [
    ...staff,
    job('weekly-job', (day) => day % 7 === weekday),
    job('monthly-job', (day) => day % 30 === monthDay),
  ];
}

function costUsd(
  { levelUsd, active, sigma, isDue }: Person,
  day: number,
  random: SeededRandom,
): number {
  const isAtWork = random() < active;
  const amount = levelUsd * logNormalVariate(sigma, random);
  return (isDue?.(day) ?? isAtWork) ? amount : 0;
}
