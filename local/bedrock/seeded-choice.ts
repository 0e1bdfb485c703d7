import { hash } from 'node:crypto';

/** A number from 0 up to 1 that depends on the seed alone. */
export const drawOf = (seed: string): number =>
  Number.parseInt(hash('sha1', seed).slice(0, 8), 16) / 2 ** 32;

/** A short id that depends on the seed alone. */
export const idOf = (seed: string, length = 22): string =>
  hash('sha256', seed, 'base64url').replaceAll(/[-_]/g, 'x').slice(0, length);

/** One of the items, chosen by the seed. The list must not be empty. */
export function choose<Item>(items: readonly [Item, ...Item[]], seed: string): Item {
  return items[Math.floor(drawOf(seed) * items.length)] ?? items[0];
}
