import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { CommandError, messageOf } from '../../bin/tools/command-line.ts';
import { readPriceList } from '../../domain/pricing/lists/read-price-list.ts';

const GZIP = Buffer.from([0x1f, 0x8b]);

/**
 * Reads a public price list from a file, gzip or not.
 * @throws CommandError if the file cannot be read or has another format
 */
export async function readPriceFile(
  file: string,
  facts: Parameters<typeof readPriceList>[1],
): Promise<ReturnType<typeof readPriceList>> {
  try {
    const bytes = await readFile(file);
    const isGzip = bytes.subarray(0, 2).equals(GZIP);
    return readPriceList((isGzip ? gunzipSync(bytes) : bytes).toString('utf8'), facts);
  } catch (error) {
    throw new CommandError(`${file} cannot be read: ${messageOf(error)}`);
  }
}
