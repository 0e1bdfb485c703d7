import { ownValue } from '../../own-value.ts';
import { modelStem, parseModelId } from '../model-id.ts';
import { CENTS_PER_TOKEN, createAmountReader, objectOf } from './exact-json.ts';
import type { ListedPrice, ListedTokens, PriceListing } from './listed-price.ts';

const NAMES = {
  input: 'request_token',
  output: 'response_token',
  cacheRead: 'cache_read_input_token',
  cacheWrite: 'cache_write_input_token',
};
const ONE_HOUR = 'cache_write_1h';

/** Reads one provider's file of Portkey's models (`pricing/*.json`): cents per token. */
export function readPortkeyList(list: unknown): PriceListing {
  const listing: PriceListing = { listed: [], skipped: [] };
  for (const [id, value] of Object.entries(objectOf(list, 'The list'))) {
    if (id === 'default') continue;
    const config = objectOf(ownValue(objectOf(value, id), 'pricing_config') ?? {}, id);
    const standard = ownValue(config, 'pay_as_you_go');
    if (standard === undefined || !priceIn(standard, NAMES.input)) {
      listing.skipped.push({ id, reason: 'no price of input tokens' });
      continue;
    }
    const { oddities, read } = createAmountReader();
    const tokens = (prices: unknown): ListedTokens =>
      Object.fromEntries(
        Object.entries(NAMES).map(([field, name]) => [
          field,
          read(name, priceIn(prices, name), CENTS_PER_TOKEN),
        ]),
      );
    const others = ownValue(objectOf(standard, id), 'additional_units');
    const batch = ownValue(config, 'batch_config');
    listing.listed.push({
      id,
      model: modelStem(id),
      place: parseModelId(id).geography,
      isText: priceIn(standard, NAMES.output) !== undefined,
      ...tokens(standard),
      cacheWriteOneHour: read(ONE_HOUR, priceIn(others, ONE_HOUR), CENTS_PER_TOKEN),
      ...(batch === undefined ? {} : { batch: tokens(batch) }),
      oddities,
    } satisfies ListedPrice);
  }
  return listing;
}

function priceIn(prices: unknown, name: string): unknown {
  const unit = ownValue(objectOf(prices ?? {}, 'pricing_config'), name);
  return unit === undefined ? undefined : ownValue(objectOf(unit, name), 'price');
}
