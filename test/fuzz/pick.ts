import type { Random } from '../simulation/random.ts';

/** Picks a random value. @throws Error if the list is empty */
export function pick<Value>(random: Random, values: readonly Value[]): Value {
  if (values.length === 0) throw new Error('there is nothing to pick from');
  return values[random.int(0, values.length - 1)] as Value;
}
