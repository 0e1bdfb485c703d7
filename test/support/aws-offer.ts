/** A price in an offer of AWS: of a model, under the name that AWS shows. */
export type OfferedPrice = {
  /** Such as `Nova Lite`. */
  model: string;
  /** Such as `Input tokens`, or `Output tokens batch`. */
  kind: string;
  region?: string;
  /** USD per 1,000 tokens. */
  usd: string;
};

/** An offer file of the AWS Price List, as AWS publishes it. */
export const awsOffer = (prices: readonly OfferedPrice[], offerCode = 'AmazonBedrock') => ({
  formatVersion: 'v1.0',
  offerCode,
  version: '20261130000000',
  publicationDate: '2026-11-30T00:00:00Z',
  products: Object.fromEntries(
    prices.map(({ model, kind, region = 'us-east-1' }, position) => [
      `SKU${position}`,
      {
        sku: `SKU${position}`,
        productFamily: 'Amazon Bedrock',
        attributes: { servicecode: offerCode, model, inferenceType: kind, regionCode: region },
      },
    ]),
  ),
  terms: {
    OnDemand: Object.fromEntries(
      prices.map(({ usd }, position) => [
        `SKU${position}`,
        {
          [`SKU${position}.TERM`]: {
            priceDimensions: {
              [`SKU${position}.TERM.RATE`]: { unit: '1K tokens', pricePerUnit: { USD: usd } },
            },
          },
        },
      ]),
    ),
  },
});

/** What Nova Lite costs, in USD per 1,000 tokens. */
export const novaLite = (input: string, output: string): OfferedPrice[] => [
  { model: 'Nova Lite', kind: 'Input tokens', usd: input },
  { model: 'Nova Lite', kind: 'Output tokens', usd: output },
];
