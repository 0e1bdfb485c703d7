import type { ListedPrice } from './listed-price.ts';

/** Reasons to suspect an error in a price list. None of them proves one. */
export const SUSPICIONS = {
  zero: 'text costs nothing',
  'cache read': 'a cache read costs more than plain input',
  'cache write': 'a cache write costs less than input, or one hour costs less than 5 min',
  output: 'output costs less than input',
  'long request': 'a long request costs less than a short one',
  tier: 'batch or flex costs more than standard, or priority less',
  unit: 'more than 1000 USD per million: the unit may be wrong',
  factor: 'a place costs under 1.00 or over 1.35 (regions: 1.75) times the base',
  uneven: 'a place raises input and output by different factors',
  premium: 'a profile costs no premium although all others cost 1.10',
  conflict: 'the list has two different prices for one model in one place',
  jump: 'more than 3 times the price in force, or less than a third of it',
  precision: 'finer than a nano-dollar per million, so it was rounded up',
  odd: 'the reader of the list flags it',
} as const;
export type Suspicion = { rule: keyof typeof SUSPICIONS; id: string; detail: string };

const UNIT_LIMIT = 1_000_000_000_000n;
const PREMIUM_PERCENT = 110;

/** What looks wrong about a single entry. */
export function suspicionsOf(entry: ListedPrice): Suspicion[] {
  const { input, output, cacheRead, cacheWrite, cacheWriteOneHour, longContext } = entry;
  const suspicions: Suspicion[] = [];
  const suspect = (rule: Suspicion['rule'], wrong: boolean, detail: string): void => {
    if (wrong) suspicions.push({ rule, id: entry.id, detail });
  };
  suspect('zero', entry.isText && (!input || !output), 'input or output is 0');
  suspect('cache read', above(cacheRead, input), 'cache read above input');
  suspect('cache write', above(input, cacheWrite), 'cache write below input');
  suspect('cache write', above(cacheWrite, cacheWriteOneHour), 'one hour below five minutes');
  suspect('output', entry.isText && above(input, output), 'output below input');
  suspect('long request', above(input, longContext?.input), 'input');
  suspect('long request', above(output, longContext?.output), 'output');
  for (const tier of ['batch', 'flex'] as const) {
    suspect('tier', above(entry[tier]?.input, input), `${tier} input above standard`);
    suspect('tier', above(entry[tier]?.output, output), `${tier} output above standard`);
  }
  suspect('tier', above(input, entry.priority?.input), 'priority input below standard');
  suspect('unit', above(input, UNIT_LIMIT) || above(output, UNIT_LIMIT), 'above 1000 USD');
  for (const detail of entry.oddities) {
    suspect(detail.startsWith('rounded') ? 'precision' : 'odd', true, detail);
  }
  return suspicions;
}

const above = (left: bigint | undefined, right: bigint | undefined): boolean =>
  left !== undefined && right !== undefined && right > 0n && left > right;

/** What looks wrong about the prices of places, compared with the base of the same model. */
export function suspicionsOfPlaces(base: ListedPrice, places: readonly ListedPrice[]): Suspicion[] {
  const factors = places.map((entry) => ({ entry, factor: percentOf(entry.input, base.input) }));
  return factors.flatMap(({ entry, factor }) => {
    if (factor === undefined) return [];
    const suspicions: Suspicion[] = [];
    const { id, place = '' } = entry;
    const isProfile = !/\d$/.test(place);
    const most = isProfile ? 135 : 175;
    const times = `×${(factor / 100).toFixed(2)}`;
    if (factor < 100 || factor > most) suspicions.push({ rule: 'factor', id, detail: times });
    const outputFactor = percentOf(entry.output, base.output) ?? factor;
    // Published prices are rounded to cents, so small prices can deviate by a few percent.
    if (Math.abs(outputFactor - factor) > 0.08 * factor) {
      const detail = `input ${times}, output ×${(outputFactor / 100).toFixed(2)}`;
      suspicions.push({ rule: 'uneven', id, detail });
    }
    const others = factors.filter((right) => right.entry !== entry && !/\d$/.test(placeOf(right)));
    const lacksPremium =
      isProfile &&
      Math.round(factor) === 100 &&
      others.length > 0 &&
      others.every((right) => Math.round(right.factor ?? 0) === PREMIUM_PERCENT);
    if (lacksPremium) suspicions.push({ rule: 'premium', id, detail: `${times}, others ×1.10` });
    return suspicions;
  });
}

const placeOf = ({ entry }: { entry: ListedPrice }): string => entry.place ?? '';

/** Whether a price moved so far that an error is more likely than a change. */
export const isJump = (before: bigint, after: bigint): boolean =>
  before > 0n && after > 0n && (after > 3n * before || before > 3n * after);

/** Used only to judge prices, never to compute one. */
const percentOf = (price: bigint | undefined, of: bigint | undefined): number | undefined =>
  price === undefined || !of ? undefined : (Number(price) / Number(of)) * 100;
