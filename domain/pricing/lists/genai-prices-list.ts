import type { ListedPrice, ListedTokens, PriceListing } from './listed-price.ts';
import { modelStem, parseModelId, type Place } from '../model-id.ts';
import {
  createAmountReader,
  NumberText,
  objectOf,
  PER_MILLION,
  PriceListError,
} from './exact-json.ts';
import { ownValue } from '../../own-value.ts';

const NAMES = {
  input: 'input_mtok',
  output: 'output_mtok',
  cacheRead: 'cache_read_mtok',
  cacheWrite: 'cache_write_mtok',
  cacheWriteOneHour: 'cache_write_1h_mtok',
};
/** Model makers and Amazon Bedrock use our IDs. Other providers prefix their own name. */
const OWN_NAMES = new Set(['aws', 'anthropic', 'openai', 'google', 'deepseek', 'mistral']);
/** Where `regional.` entries apply. */
const REGIONAL: Place[] = ['us', 'eu', 'jp', 'au', 'apac', 'in-region'];

/** Reads the data of genai-prices: USD per million, by provider, with dates. */
export function readGenaiPricesList(list: unknown, atDay: string): PriceListing {
  if (!Array.isArray(list)) throw new PriceListError('The list is no list of providers');
  const listing: PriceListing = { listed: [], skipped: [] };
  for (const item of list as unknown[]) {
    const provider = objectOf(item, 'A provider');
    const models = (Array.isArray(provider['models']) ? provider['models'] : []).map((model) =>
      objectOf(model, 'A model'),
    );
    const ids = new Set(models.map(({ id }) => id));
    for (const model of models) {
      const id = String(model['id']);
      const { prices, oddity } = pricesAt(model['prices'], atDay);
      if (ownValue(prices, NAMES.input) === undefined) {
        listing.skipped.push({ id, reason: 'no price of input tokens' });
        continue;
      }
      const name = id.replace(/^regional\./, '');
      const isRegional = name !== id && ids.has(`global.${name}`);
      const entry = entryOf(id, nameOf(String(provider['id']), name), prices ?? {}, oddity);
      if (!isRegional) listing.listed.push(entry);
      else listing.listed.push(...REGIONAL.map((place) => ({ ...entry, place })));
    }
  }
  return listing;
}

const nameOf = (provider: string, name: string): string =>
  OWN_NAMES.has(provider) ? name : `${provider}/${name}`;

function pricesAt(
  prices: unknown,
  atDay: string,
): { prices?: Record<string, unknown> | undefined; oddity?: string } {
  if (!Array.isArray(prices)) return { prices: prices as Record<string, unknown> };
  const dated = (prices as unknown[]).map((item) => objectOf(item, 'A dated price'));
  const constraintOf = (item: Record<string, unknown>) =>
    item['constraint'] === undefined ? {} : objectOf(item['constraint'], 'A constraint');
  const inForce = dated.filter(
    (item) =>
      constraintOf(item)['start_time'] === undefined &&
      String(constraintOf(item)['start_date'] ?? '') <= atDay,
  );
  const latest = inForce.at(-1)?.['prices'] as Record<string, unknown> | undefined;
  const byHour = dated.some((item) => constraintOf(item)['start_time'] !== undefined);
  return {
    prices: latest,
    ...(byHour ? { oddity: 'priced by the hour of the day, which a card cannot hold' } : {}),
  };
}

function entryOf(
  id: string,
  name: string,
  prices: Record<string, unknown>,
  oddity: string | undefined,
): ListedPrice {
  const { oddities, read } = createAmountReader();
  if (oddity !== undefined) oddities.push(oddity);
  const tokens = (pick: (price: unknown) => unknown): ListedTokens =>
    Object.fromEntries(
      Object.entries(NAMES).map(([field, key]) => [
        field,
        read(key, pick(ownValue(prices, key)), PER_MILLION),
      ]),
    );
  const start = tierOf(ownValue(prices, NAMES.input))?.['start'];
  return {
    ...tokens(baseOf),
    id,
    model: modelStem(name),
    place: parseModelId(name).geography,
    isText: ownValue(prices, NAMES.output) !== undefined,
    longContext:
      start instanceof NumberText
        ? { ...tokens((price) => tierOf(price)?.['price']), aboveInputTokens: Number(start.text) }
        : undefined,
    oddities,
  };
}

const baseOf = (price: unknown): unknown =>
  price === undefined || price instanceof NumberText ? price : objectOf(price, 'A price')['base'];

function tierOf(price: unknown): Record<string, unknown> | undefined {
  if (price === undefined || price instanceof NumberText) return undefined;
  const tiers: unknown = objectOf(price, 'A price')['tiers'];
  return Array.isArray(tiers) && tiers.length > 0 ? objectOf(tiers[0], 'A tier') : undefined;
}
