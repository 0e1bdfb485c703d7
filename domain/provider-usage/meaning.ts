import { ownValue } from '../own-value.ts';
import type { ServiceTier, Speed } from '../pricing/service-tier.ts';
import type { BilledUnit } from '../token-usage.ts';

/**
 * What a provider counts. `input` and `output` are its own totals; what they include depends on the
 * provider. `reasoning` may or may not be part of the output, and `toolInput` of the input.
 */
export type Quantity =
  | 'input'
  | 'output'
  | 'cacheRead'
  | 'cacheWrite'
  | 'cacheWriteFiveMinutes'
  | 'cacheWriteOneHour'
  | 'reasoning'
  | 'toolInput'
  | 'total'
  | BilledUnit;

/** What one member of a usage object means. Members without a meaning are never passed over. */
export type Meaning =
  /** A count. Several members of one quantity are the same number, unless they add up (`adds`). */
  | { kind: 'count'; of: Quantity; adds?: boolean; isText?: boolean }
  /** A breakdown of another count, which holds it already and cannot be smaller. */
  | { kind: 'detail'; of: Quantity }
  /** Not billed, with the reason. */
  | { kind: 'free'; because: string }
  /** What the provider charges, in USD times ten to this power. `upstream`: if `is_byok` is true. */
  | { kind: 'cost'; power: number; upstream?: boolean }
  /** A list of counts, each with a word that says what it counts. */
  | { kind: 'sorted'; by: string; count: string; words: Readonly<Record<string, Meaning>> }
  /** A text whose presence means that one unit was used. */
  | { kind: 'sign'; of: BilledUnit }
  | { kind: 'tier' }
  | { kind: 'place' }
  | { kind: 'speed' }
  /** Usages of the calls or models that a request consists of: a list, or a map by model. */
  | { kind: 'parts'; rows: Rows };

/** Meanings by path: `prompt_tokens_details.cached_tokens`, `results[].tokenCount`. */
export type Rows = Readonly<Record<string, Meaning>>;

export const count = (of: Quantity): Meaning => ({ kind: 'count', of });
/** A count that is given as text, as headers are. */
export const textCount = (of: Quantity): Meaning => ({ kind: 'count', of, isText: true });
export const adds = (of: Quantity): Meaning => ({ kind: 'count', of, adds: true });
export const detailOf = (of: Quantity): Meaning => ({ kind: 'detail', of });
export const free = (because: string): Meaning => ({ kind: 'free', because });
export const sorted = (
  by: string,
  counted: string,
  words: Readonly<Record<string, Meaning>>,
): Meaning => ({ kind: 'sorted', by, count: counted, words });
export const USD: Meaning = { kind: 'cost', power: 0 };
export const UPSTREAM_USD: Meaning = { kind: 'cost', power: 0, upstream: true };
export const TICKS: Meaning = { kind: 'cost', power: 10 };
export const TIER: Meaning = { kind: 'tier' };
export const PLACE: Meaning = { kind: 'place' };
export const SPEED: Meaning = { kind: 'speed' };
export const DURATION = free('how long it took');
export const CALLS = free('how many calls, whose tokens are counted');

/** The same rows below a path. */
export const under = (path: string, rows: Rows): Rows =>
  Object.fromEntries(Object.entries(rows).map(([name, meaning]) => [`${path}.${name}`, meaning]));

/** How the request was served, according to the answer, as far as that affects the price. */
export type Served = {
  tier?: ServiceTier | undefined;
  place?: string | undefined;
  speed?: Speed | undefined;
};

/** Tiers by the providers' names. Capacity that is paid for in advance has no price per token. */
const TIERS: Readonly<Record<string, ServiceTier>> = {
  standard: 'standard',
  default: 'standard',
  auto: 'standard',
  on_demand: 'standard',
  traffic_type_unspecified: 'standard',
  batch: 'batch',
  flex: 'flex',
  on_demand_flex: 'flex',
  priority: 'priority',
  on_demand_priority: 'priority',
};

const NO_PLACE = new Set(['global', 'not_available', '']);

/** Reads a modifier; `undefined` if the word is unknown. An empty result changes no price. */
export function servedBy(kind: 'tier' | 'place' | 'speed', word: string): Served | undefined {
  const name = word.toLowerCase();
  if (kind === 'place') return NO_PLACE.has(name) ? {} : { place: name };
  if (kind === 'speed') {
    if (name === 'fast' || name === 'optimized') return { speed: 'fast' };
    return name === 'standard' ? { speed: 'standard' } : undefined;
  }
  const tier = ownValue(TIERS, name);
  return tier && { tier };
}
