import type { NanoUsd } from '../money.ts';

/** What Lambda charges to keep environments of Arm functions warm, whether or not they run. */
export type WarmthPrice = {
  region: string;
  nanoUsdPerGbHour: NanoUsd;
  source: string;
  /** The UTC day on which the source was read. */
  sourceDate: string;
};

/** 0.0000033334 USD per GB-second. Lambda's duration tiers do not apply to it. */
const PRICES: readonly WarmthPrice[] = [
  {
    region: 'us-east-1',
    nanoUsdPerGbHour: 12_000_240n,
    source:
      'AWS Price List, AWSLambda, SKU MV7PTBS82AVCMXJJ (AWS-Lambda-Provisioned-Concurrency-ARM), in force since 2025-10-01; https://aws.amazon.com/lambda/pricing/',
    sourceDate: '2025-10-28',
  },
];

/** The price in a region, or `undefined` if unknown, because prices differ between regions. */
export const warmthPriceIn = (region: string): WarmthPrice | undefined =>
  PRICES.find((price) => price.region === region);

/**
 * What warm environments cost, rounded down to whole nano-dollars.
 * @param environmentHours environments multiplied by the hours they were warm
 */
export const costOfWarmth = (
  environmentHours: number,
  memoryMiB: number,
  { nanoUsdPerGbHour }: Pick<WarmthPrice, 'nanoUsdPerGbHour'>,
): NanoUsd => (BigInt(environmentHours) * BigInt(memoryMiB) * nanoUsdPerGbHour) / 1_024n;
