import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { PriceListing } from '../../domain/pricing/listed-price.ts';
import { CommandError, messageOf } from '../../bin/tools/command-line.ts';
import { readAwsList } from './aws-list.ts';
import { parseExactJson } from './exact-json.ts';
import { readGenaiPricesList } from './genai-prices-list.ts';
import { isLiteLlmList, readLiteLlmList } from './litellm-list.ts';

export const PRICE_LIST_FORMATS = ['litellm', 'genai-prices', 'aws'] as const;
export type PriceListFormat = (typeof PRICE_LIST_FORMATS)[number];

const GZIP = Buffer.from([0x1f, 0x8b]);

/**
 * Reads a public price list from a file, gzip or not.
 * @param models stems of our models, because AWS lists display names only
 * @throws CommandError if the file cannot be read or has another format
 */
export async function readPriceList(
  file: string,
  formatOption: PriceListFormat | undefined,
  models: readonly string[],
  atDay: string,
): Promise<PriceListing & { format: PriceListFormat }> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new CommandError(`${file} cannot be read: ${messageOf(error)}`);
  });
  const list = parseExactJson(textOf(file, bytes));
  const format = formatOption ?? formatOf(list);
  switch (format) {
    case 'litellm':
      return { ...readLiteLlmList(list), format };
    case 'genai-prices':
      return { ...readGenaiPricesList(list, atDay), format };
    case 'aws':
      return { ...readAwsList(list, models), format };
    default:
      throw new CommandError(
        `${file} looks like none of ${PRICE_LIST_FORMATS.join(', ')}: give --format.`,
      );
  }
}

function textOf(file: string, bytes: Buffer): string {
  if (!bytes.subarray(0, 2).equals(GZIP)) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes).toString('utf8');
  } catch (error) {
    throw new CommandError(`${file} is a damaged gzip: ${messageOf(error)}`);
  }
}

function formatOf(list: unknown): PriceListFormat | undefined {
  if (Array.isArray(list)) return 'genai-prices';
  if (typeof list !== 'object' || list === null) return undefined;
  if ('terms' in list && 'products' in list) return 'aws';
  return isLiteLlmList(list) ? 'litellm' : undefined;
}
