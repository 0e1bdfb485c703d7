import type { ListedPrice, PriceListing } from './listed-price.ts';
import { geographyOf, type Place } from '../model-id.ts';
import { createAmountReader, objectOf, PER_MILLION, PER_THOUSAND } from './exact-json.ts';
import { ownValue } from '../../own-value.ts';

/** The region whose prices are the base of a card. */
const BASE_REGION = 'us-east-1';

const KINDS: { pattern: RegExp; field: 'input' | 'output' | 'cacheRead' | 'cacheWrite' }[] = [
  { pattern: /cache.?read/i, field: 'cacheRead' },
  { pattern: /cache.?write/i, field: 'cacheWrite' },
  { pattern: /input.?token/i, field: 'input' },
  { pattern: /output.?token/i, field: 'output' },
];
const TIERS = ['batch', 'flex', 'priority'] as const;

/**
 * Reads an offer file of the AWS Price List (offer `AmazonBedrock`): one product per model, region,
 * kind of token and tier, under the model's display name. Skips names that match none of our
 * models.
 * @param models stems of our models
 */
export function readAwsList(list: unknown, models: readonly string[]): PriceListing {
  const offer = objectOf(list, 'The offer');
  const products = objectOf(offer['products'], 'products');
  const onDemand = objectOf(objectOf(offer['terms'], 'terms')['OnDemand'], 'terms.OnDemand');
  const stems = new Map(models.map((model) => [plain(model.replace(/^[^.]+\./, '')), model]));
  const entries = new Map<string, ListedPrice>();
  const skipped = new Map<string, string>();
  for (const [sku, product] of Object.entries(products)) {
    const attributes = objectOf(objectOf(product, sku)['attributes'], `${sku}.attributes`);
    const text = (name: string): string => String(ownValue(attributes, name) ?? '');
    const name = text('model') || text('titanModel') || text('servicename');
    const kind = `${text('inferenceType')} ${text('usagetype')} ${text('feature')}`;
    const field = KINDS.find(({ pattern }) => pattern.test(kind))?.field;
    const model = stems.get(plain(name));
    if (model === undefined || field === undefined || /custom|provisioned|reserved/i.test(kind)) {
      const reason = model === undefined ? 'no model of ours has this name' : 'no price of tokens';
      skipped.set(`${name}: ${text('inferenceType') || text('usagetype')}`, reason);
      continue;
    }
    const region = text('regionCode');
    const entry = entries.get(`${model} ${region}`) ?? emptyEntry(model, region);
    entries.set(`${model} ${region}`, entry);
    const tier = TIERS.find((item) => kind.toLowerCase().includes(item));
    const amount = amountOf(ownValue(onDemand, sku), sku, entry.oddities);
    if (tier === undefined) entry[field] = amount;
    else entry[tier] = { ...entry[tier], [field]: amount };
  }
  return {
    listed: [...entries.values()].filter(({ input }) => input !== undefined),
    skipped: [...skipped].map(([id, reason]) => ({ id, reason })),
  };
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]|instruct/g, '');

const emptyEntry = (model: string, region: string): ListedPrice => ({
  id: `${model} ${region}`,
  model,
  place: placeOf(region),
  isText: !model.includes('embed'),
  oddities: [],
});

const placeOf = (region: string): Place | undefined =>
  region === BASE_REGION
    ? undefined
    : geographyOf(region) === 'us-gov'
      ? 'us-gov'
      : (region as Place);

function amountOf(terms: unknown, sku: string, oddities: string[]): bigint | undefined {
  const [term] = Object.values(objectOf(terms ?? {}, sku));
  if (term === undefined) return undefined;
  const dimensions = objectOf(objectOf(term, sku)['priceDimensions'], `${sku}.priceDimensions`);
  const dimension = objectOf(Object.values(dimensions)[0], `${sku}.priceDimensions`);
  const power = /1K|1,000 /i.test(String(dimension['unit'])) ? PER_THOUSAND : PER_MILLION;
  const amounts = createAmountReader();
  const amount = amounts.read(sku, objectOf(dimension['pricePerUnit'], sku)['USD'], power);
  oddities.push(...amounts.oddities);
  return amount;
}
