import type { WarmthPrice } from '../pricing/warmth-price.ts';

/** A function that this deployment keeps warm. */
export type WarmFunction = {
  /** Its name in the environment's settings. */
  name: string;
  /** Its name in AWS; its alias is `live`. */
  functionName: string;
  memoryMiB: number;
  /** The minimum number of warm environments. */
  min: number;
};

export type WarmthSettings = {
  region: string;
  /** AWS warms more environments when more than this share is in use. */
  targetPercent: number;
  functions: WarmFunction[];
};

/**
 * One UTC hour in which a function ran. Lambda writes these metrics only when there are
 * invocations, so a missing hour between others was idle. Source:
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export type WarmHour = {
  atMs: number;
  /** The largest number of warm environments in use at once. */
  peakUse: number;
  /** The largest share of warm environments in use at once, from 0 to 1. */
  peakUtilization: number;
  /** Invocations that found no warm environment free. */
  spillovers: number;
};

/** What advice on warmth is based on: complete UTC days, and hours in order. */
export type WarmthFacts = {
  organizationId: string;
  range: { fromMs: number; toMs: number };
  targetPercent: number;
  price: WarmthPrice;
  functions: readonly { warm: WarmFunction; hours: readonly WarmHour[] }[];
};

/**
 * How many environments were warm in an hour, derived from its peaks; `undefined` if none was in
 * use.
 */
export function environmentsIn({ peakUse, peakUtilization }: WarmHour): number | undefined {
  return peakUse > 0 && peakUtilization > 0 ? Math.round(peakUse / peakUtilization) : undefined;
}
