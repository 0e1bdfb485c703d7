import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ownValue } from '../own-value.ts';
import type { ControlOperation } from './control-service.ts';

type GetProductsInput = { ServiceCode: string; MaxResults?: number; NextToken?: string };

/** An offer file of the AWS Price List, as AWS publishes it. */
type OfferFile = {
  offerCode?: string;
  version?: string;
  publicationDate?: string;
  products?: Record<string, unknown>;
  terms?: { OnDemand?: Record<string, unknown> };
};

const PAGE = 100;

/**
 * Implements GetProducts of AWS's Price List API: the products of every offer file (`*.json`) in a
 * folder whose `offerCode` is the given service code. A folder that does not exist has none.
 */
export function createGetProducts(folder: string): ControlOperation {
  return async (input) => {
    const { ServiceCode, MaxResults = PAGE, NextToken = '0' } = input as GetProductsInput;
    const offers = (await readOffers(folder)).filter(({ offerCode }) => offerCode === ServiceCode);
    const products = offers.flatMap(productsOf);
    const start = Number(NextToken);
    const end = start + Math.min(MaxResults, PAGE);
    return {
      FormatVersion: 'aws_v1',
      PriceList: products.slice(start, end),
      ...(end < products.length ? { NextToken: String(end) } : {}),
    };
  };
}

async function readOffers(folder: string): Promise<OfferFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((name) => name.endsWith('.json')).toSorted();
  return Promise.all(
    files.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as OfferFile),
  );
}

const productsOf = ({ offerCode, version, publicationDate, products = {}, terms }: OfferFile) =>
  Object.entries(products).map(([sku, product]) =>
    JSON.stringify({
      product,
      serviceCode: offerCode,
      terms: { OnDemand: ownValue(terms?.OnDemand, sku) ?? {} },
      version,
      publicationDate,
    }),
  );
