import { readAwsList } from './aws-list.ts';
import { parseExactJson, PriceListError } from './exact-json.ts';
import { readGenaiPricesList } from './genai-prices-list.ts';
import type { PriceListing } from './listed-price.ts';
import { isLiteLlmList, readLiteLlmList } from './litellm-list.ts';
import { readModelsDevList } from './models-dev-list.ts';
import { readPortkeyList } from './portkey-list.ts';

export const PRICE_LIST_FORMATS = [
  'litellm',
  'genai-prices',
  'aws',
  'portkey',
  'models-dev',
] as const;
export type PriceListFormat = (typeof PRICE_LIST_FORMATS)[number];

type Facts = {
  /** Stems of our models, because AWS lists display names only. */
  models: readonly string[];
  /** Which day's prices to read from lists with dates, such as `2026-12-01`. */
  atDay: string;
  /** Absent: recognized by the text. */
  format?: PriceListFormat | undefined;
};

/**
 * Reads a public price list. Prices never pass through a float.
 * @throws PriceListError if the text has none of the formats
 */
export function readPriceList(
  text: string,
  { models, atDay, format }: Facts,
): PriceListing & { format: PriceListFormat } {
  const list = parseExactJson(text);
  const recognized = format ?? formatOf(list);
  switch (recognized) {
    case 'litellm':
      return { ...readLiteLlmList(list), format: recognized };
    case 'genai-prices':
      return { ...readGenaiPricesList(list, atDay), format: recognized };
    case 'aws':
      return { ...readAwsList(list, models), format: recognized };
    case 'portkey':
      return { ...readPortkeyList(list), format: recognized };
    case 'models-dev':
      return { ...readModelsDevList(list), format: recognized };
    case undefined:
      throw new PriceListError(`The list has none of the formats ${PRICE_LIST_FORMATS.join(', ')}`);
  }
}

function formatOf(list: unknown): PriceListFormat | undefined {
  if (Array.isArray(list)) return 'genai-prices';
  if (typeof list !== 'object' || list === null) return undefined;
  if ('terms' in list && 'products' in list) return 'aws';
  const rows = Object.values(list).filter((row) => typeof row === 'object' && row !== null);
  if (rows.some((row) => 'pricing_config' in row)) return 'portkey';
  if (rows.some((row) => 'models' in row)) return 'models-dev';
  return isLiteLlmList(list) ? 'litellm' : undefined;
}
