import { seededRandom } from '../../traces/seeded-random.ts';
import { generatedOrganization } from './generated-spenders.ts';

/** From this UTC day on, everything costs so many times as much. */
export type PlantedStep = { since: string; factor: number };

/** What an organization spent in USD on each of its days, one after another. */
export type GeneratedSteps = {
  users: number;
  days: string[];
  values: number[];
  plant: PlantedStep | undefined;
};

const FACTORS = [0.3, 0.5, 0.65, 1.5, 2, 4];
/** A step begins up to two weeks later, so on every weekday. */
const PLANTED_FROM = 60;

/**
 * The bill of an organization without a new spender (`generatedOrganization`), and the same with a step
 * in all that it spends. A seed always produces the same one.
 */
export function generatedSteps(
  seed: number,
  index: number,
  { isPlanted }: { isPlanted: boolean },
): GeneratedSteps {
  const { users, days, sums } = generatedOrganization(seed, index, { isPlanted: false });
  const random = seededRandom(seed + 104_729 * (index + 1));
  const factor = FACTORS[Math.floor(random() * FACTORS.length)] ?? 1;
  const at = PLANTED_FROM + Math.floor(random() * 14);
  const bills = new Map<string, number>();
  for (const { dimension, day, costNanoUsd } of sums) {
    if (dimension === 'user') bills.set(day, (bills.get(day) ?? 0) + Number(costNanoUsd) / 1e9);
  }
  return {
    users,
    days,
    values: days.map((day, n) => (bills.get(day) ?? 0) * (isPlanted && n >= at ? factor : 1)),
    plant: isPlanted ? { since: days[at] ?? '', factor } : undefined,
  };
}
