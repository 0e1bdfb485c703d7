import type { ListedPrice, ListedTokens, PriceListing } from './listed-price.ts';
import { geographyOf, type Place } from '../model-id.ts';
import { createAmountReader, objectOf, PER_MILLION, PER_THOUSAND } from './exact-json.ts';
import { ownValue } from '../../own-value.ts';

/** The region whose prices are the base of a card. */
const BASE_REGION = 'us-east-1';

const KINDS: { pattern: RegExp; field: keyof ListedTokens }[] = [
  { pattern: /cache.?read/i, field: 'cacheRead' },
  { pattern: /cache.?write.*1h/i, field: 'cacheWriteOneHour' },
  { pattern: /cache.?write/i, field: 'cacheWrite' },
  { pattern: /input.?token/i, field: 'input' },
  { pattern: /output.?token/i, field: 'output' },
];
/** Kinds of price that no card has. */
const OTHER_KINDS = /custom|provisioned|reserved|latency.?optimized/i;
const EDITION = / \(Amazon Bedrock Edition\)$/;
/** Marks usage types of global profiles: `…_Global` and `…_Global_…`. */
const GLOBAL = /[_-]global(?![a-z])/i;
const LONG = /LCtx|long.?context/i;
const ABOVE_INPUT_TOKENS = 200_000;
const TIERS = ['batch', 'flex', 'priority'] as const;

/**
 * Reads an offer of the AWS Price List: `AmazonBedrock`, or `AmazonBedrockFoundationModels`, which
 * sells models of the Marketplace. Each has one product per model, region, kind of token and tier,
 * under the model's display name. Skips names that match none of our models. Uses the prices of
 * global profiles as the base, or those of the base region for models without one.
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
    const { name, kind, region } = factsOf(attributes);
    const field = KINDS.find(({ pattern }) => pattern.test(kind))?.field;
    const model = stems.get(plain(name));
    if (model === undefined || field === undefined || OTHER_KINDS.test(kind)) {
      const reason = model === undefined ? 'no model of ours has this name' : 'no price of tokens';
      skipped.set(`${name}: ${kind}`, reason);
      continue;
    }
    const where = GLOBAL.test(kind) ? 'global' : region;
    const entry = entries.get(`${model} ${where}`) ?? emptyEntry(model, where);
    entries.set(`${model} ${where}`, entry);
    const amount = amountOf(ownValue(onDemand, sku), sku, entry.oddities);
    setAmount(entry, kind, { [field]: amount });
  }
  for (const entry of entries.values()) {
    const isBase = entry.id.endsWith(` ${BASE_REGION}`);
    if (isBase && entries.has(`${entry.model} global`)) entry.place = 'in-region';
  }
  return {
    listed: [...entries.values()].filter(({ input }) => input !== undefined),
    skipped: [...skipped].map(([id, reason]) => ({ id, reason })),
  };
}

/** A product's model, what is charged, and the region that serves it. */
function factsOf(attributes: Record<string, unknown>) {
  const text = (name: string): string => String(ownValue(attributes, name) ?? '');
  const name = text('model') || text('titanModel') || text('servicename');
  return {
    name: name.replace(EDITION, ''),
    kind: `${text('inferenceType')} ${text('usagetype')} ${text('feature')}`.trim(),
    region: text('regionCode'),
  };
}

/** Adds one price to an entry, in the place that its kind determines. */
function setAmount(entry: ListedPrice, kind: string, price: ListedTokens): void {
  const tier = TIERS.find((item) => kind.toLowerCase().includes(item));
  // A card derives tiers of long requests from its percentages.
  if (tier !== undefined && LONG.test(kind)) return;
  if (tier !== undefined) entry[tier] = { ...entry[tier], ...price };
  else if (!LONG.test(kind)) Object.assign(entry, price);
  else {
    entry.longContext = {
      ...entry.longContext,
      ...price,
      aboveInputTokens: ABOVE_INPUT_TOKENS,
    };
  }
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
  region === BASE_REGION || region === 'global'
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
