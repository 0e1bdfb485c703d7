import type { ListedPrice, ListedTokens, PriceListing } from './listed-price.ts';
import { modelStem, parseModelId, type Place } from '../model-id.ts';
import { createAmountReader, NumberText, objectOf, PER_TOKEN, USD } from './exact-json.ts';
import { ownValue } from '../../own-value.ts';

const NAMES = {
  input: 'input_cost_per_token',
  output: 'output_cost_per_token',
  cacheRead: 'cache_read_input_token_cost',
  cacheWrite: 'cache_creation_input_token_cost',
  cacheWriteOneHour: 'cache_creation_input_token_cost_above_1hr',
};
const LONG = /^input_cost_per_token_above_(\d+)k_tokens$/;
const IMAGE_VARIANT = /^(?:\d+-x-\d+|max-x-max)\//;
const TEXT_MODES = new Set(['chat', 'completion', 'responses']);

/** Reads `model_prices_and_context_window.json` of LiteLLM: USD per token. */
export function readLiteLlmList(list: unknown): PriceListing {
  const listing: PriceListing = { listed: [], skipped: [] };
  for (const [id, value] of Object.entries(objectOf(list, 'The list'))) {
    if (id === 'sample_spec') continue;
    const row = objectOf(value, id);
    const reason = whySkipped(id, row);
    if (reason === undefined) listing.listed.push(entryOf(id, row));
    else listing.skipped.push({ id, reason });
  }
  return listing;
}

function whySkipped(id: string, row: Record<string, unknown>): string | undefined {
  const has = (name: string): boolean => ownValue(row, name) !== undefined;
  if (IMAGE_VARIANT.test(id)) return 'one size of an image model: a card has one price per image';
  if (has('input_cost_per_second') || id.includes('-commitment/')) {
    return 'provisioned throughput: paid by the second, not by the token';
  }
  if (String(row['litellm_provider']).startsWith('bedrock') && !modelStem(id).includes('.')) {
    return 'no id of Amazon Bedrock: it names no maker';
  }
  const isTextless = !has(NAMES.input) && !has('output_cost_per_image');
  if (isTextless || has('input_cost_per_video_per_second')) {
    return 'no price of tokens, images or requests alone';
  }
  return undefined;
}

function entryOf(id: string, row: Record<string, unknown>): ListedPrice {
  const { oddities, read } = createAmountReader();
  const tokens = (suffix: string): ListedTokens =>
    Object.fromEntries(
      Object.entries(NAMES).map(([field, name]) => [
        field,
        read(`${name}${suffix}`, ownValue(row, `${name}${suffix}`), PER_TOKEN),
      ]),
    );
  const mode = row['mode'];
  const isText = typeof mode === 'string' && TEXT_MODES.has(mode);
  const image =
    read('output_cost_per_image', row['output_cost_per_image'], USD) ??
    read('input_cost_per_image', row['input_cost_per_image'], USD);
  const limit = Object.keys(row)
    .map((name) => LONG.exec(name)?.[1])
    .find((place) => place);
  return {
    ...tokens(''),
    id,
    model: modelStem(id),
    place: placeOf(id),
    isText,
    longContext: limit
      ? { ...tokens(`_above_${limit}k_tokens`), aboveInputTokens: Number(limit) * 1_000 }
      : undefined,
    batch: tokens('_batches'),
    flex: tokens('_flex'),
    priority: tokens('_priority'),
    units: {
      images: isText ? undefined : image || undefined,
      queries: read('input_cost_per_query', row['input_cost_per_query'], USD),
    },
    oddities,
  };
}

/** The list names single regions, but a card keeps one price for all government regions. */
function placeOf(id: string): Place | undefined {
  // The list gives this endpoint's prices per region.
  if (id.startsWith('bedrock_mantle/')) return 'in-region';
  const { geography, region } = parseModelId(id);
  return geography === 'in-region' ? (region as Place | undefined) : geography;
}

/** Whether parsed JSON looks like this list. */
export const isLiteLlmList = (list: unknown): boolean =>
  typeof list === 'object' &&
  list !== null &&
  Object.values(list).some(
    (row) =>
      typeof row === 'object' &&
      row !== null &&
      'litellm_provider' in row &&
      Object.values(row).some((value) => value instanceof NumberText),
  );
