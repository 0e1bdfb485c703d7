import {
  GetProductsCommand,
  type GetProductsCommandOutput,
  PricingClient,
  type PricingClientConfig,
} from '@aws-sdk/client-pricing';
import { objectOf, parseExactJson } from '../domain/pricing/lists/exact-json.ts';
import { requestLimits } from './request-limits.ts';

/** The service codes that sell models: AWS's own sales, and models of the Marketplace. */
const SERVICE_CODES = ['AmazonBedrock', 'AmazonBedrockFoundationModels'] as const;
/** The Price List API exists in few regions. Prices of all regions are the same in each. */
const REGION = 'us-east-1';
const ATTEMPT_TIMEOUT_MS = 10_000;
const PAGE_TIMEOUT_MS = 40_000;

/** What `readAwsList` reads: the products of a service code, and what each costs. */
export type Offer = {
  products: Record<string, unknown>;
  terms: { OnDemand: Record<string, unknown> };
};

type Limits = { attemptTimeoutMs?: number; pageTimeoutMs?: number };

/** Reads the public prices of models through AWS's Price List API. */
export function createPriceList(
  config: PricingClientConfig = {},
  { attemptTimeoutMs = ATTEMPT_TIMEOUT_MS, pageTimeoutMs = PAGE_TIMEOUT_MS }: Limits = {},
) {
  const client = new PricingClient({
    region: REGION,
    maxAttempts: 3,
    requestHandler: requestLimits(attemptTimeoutMs),
    ...config,
  });

  async function offerOf(serviceCode: string): Promise<Offer> {
    const products: Product[] = [];
    let next: string | undefined;
    do {
      const page: GetProductsCommandOutput = await client.send(
        new GetProductsCommand({ ServiceCode: serviceCode, MaxResults: 100, NextToken: next }),
        // Also ends an answer whose body never ends, which the limits of an attempt do not.
        { abortSignal: AbortSignal.timeout(pageTimeoutMs) },
      );
      const texts: unknown[] = Array.isArray(page.PriceList) ? page.PriceList : [];
      products.push(...texts.map((text) => productOf(String(text))));
      next = page.NextToken;
    } while (next !== undefined);
    return {
      products: Object.fromEntries(products.map(({ sku, product }) => [sku, product])),
      terms: { OnDemand: Object.fromEntries(products.map(({ sku, onDemand }) => [sku, onDemand])) },
    };
  }

  return {
    /**
     * One offer per service code, in all regions.
     * @throws Error if AWS does not answer in time, or answers with something else
     */
    offers: (): Promise<Offer[]> => Promise.all(SERVICE_CODES.map(offerOf)),
  };
}

type Product = { sku: string; product: unknown; onDemand: unknown };

/** A product of a page, with its numbers kept as text. */
function productOf(text: string): Product {
  const item = objectOf(parseExactJson(text), 'A product of the price list');
  const product = objectOf(item['product'], 'product');
  const sku = String(product['sku']);
  const terms = objectOf(item['terms'] ?? {}, `${sku}.terms`);
  return { sku, product, onDemand: terms['OnDemand'] ?? {} };
}
