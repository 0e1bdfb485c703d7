import type { NanoUsd } from '../money.ts';

/** What Lambda charges for keeping environments of Arm functions warm, whether they run or not. */
export type WarmthPrice = {
  region: string;
  nanoUsdPerGbHour: NanoUsd;
  source: string;
  /** UTC day on which the source was read. */
  sourceDate: string;
};

/** 0.0000033334 USD per GB-second; the tiers of Lambda's duration do not apply to it. */
const PRICES: readonly WarmthPrice[] = [
  {
    region: 'us-east-1',
    nanoUsdPerGbHour: 12_000_240n,
    source:
      'AWS Price List, AWSLambda, SKU MV7PTBS82AVCMXJJ (AWS-Lambda-Provisioned-Concurrency-ARM), in force since 2025-10-01; https://aws.amazon.com/lambda/pricing/',
    sourceDate: '2025-10-28',
  },
];

/** The price in a region; `undefined` where none is known: it differs between regions. */
export const warmthPriceIn = (region: string): WarmthPrice | undefined =>
  PRICES.find((price) => price.region === region);

/**
 * What warm environments cost, rounded down to whole nano-dollars.
 * @param environmentHours environments times the hours that they were warm
 */
export const costOfWarmth = (
  environmentHours: number,
  memoryMiB: number,
  { nanoUsdPerGbHour }: Pick<WarmthPrice, 'nanoUsdPerGbHour'>,
): NanoUsd => (BigInt(environmentHours) * BigInt(memoryMiB) * nanoUsdPerGbHour) / 1_024n;
