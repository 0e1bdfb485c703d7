import { ownValue } from '../../own-value.ts';
import { modelStem, parseModelId } from '../model-id.ts';
import { createAmountReader, objectOf, PER_MILLION } from './exact-json.ts';
import type { ListedPrice, ListedTokens, PriceListing } from './listed-price.ts';

const NAMES = {
  input: 'input',
  output: 'output',
  cacheRead: 'cache_read',
  cacheWrite: 'cache_write',
};
const LONG = 'context_over_200k';
/** Model makers and Amazon Bedrock use our IDs. Other providers have prices of their own. */
const OWN_NAMES = new Set([
  'amazon-bedrock',
  'anthropic',
  'openai',
  'google',
  'deepseek',
  'mistral',
]);

/** Reads `api.json` of models.dev: USD per million tokens, by provider. */
export function readModelsDevList(list: unknown): PriceListing {
  const listing: PriceListing = { listed: [], skipped: [] };
  for (const [provider, value] of Object.entries(objectOf(list, 'The list'))) {
    const models = objectOf(ownValue(objectOf(value, provider), 'models') ?? {}, provider);
    for (const [id, model] of Object.entries(models)) {
      const cost = objectOf(ownValue(objectOf(model, id), 'cost') ?? {}, `${id}.cost`);
      if (!OWN_NAMES.has(provider)) {
        listing.skipped.push({ id, reason: 'a provider whose prices are its own' });
      } else if (ownValue(cost, NAMES.input) === undefined) {
        listing.skipped.push({ id, reason: 'no price of input tokens' });
      } else listing.listed.push(entryOf(id, cost));
    }
  }
  return listing;
}

function entryOf(id: string, cost: Record<string, unknown>): ListedPrice {
  const { oddities, read } = createAmountReader();
  const tokens = (prices: Record<string, unknown>): ListedTokens =>
    Object.fromEntries(
      Object.entries(NAMES).map(([field, name]) => [
        field,
        read(name, ownValue(prices, name), PER_MILLION),
      ]),
    );
  const long = ownValue(cost, LONG);
  return {
    id,
    model: modelStem(id),
    place: parseModelId(id).geography,
    isText: true,
    ...tokens(cost),
    ...(long === undefined
      ? {}
      : { longContext: { ...tokens(objectOf(long, LONG)), aboveInputTokens: 200_000 } }),
    oddities,
  };
}
