import type { WarmthPrice } from '../pricing/warmth-price.ts';

/** A function that is kept warm, as this deployment is configured. */
export type WarmFunction = {
  /** As `lib/config.ts` knows it. */
  name: string;
  /** As AWS knows it; its alias is `live`. */
  functionName: string;
  memoryMiB: number;
  /** Environments that are warm at the least. */
  min: number;
};

export type WarmthSettings = {
  region: string;
  /** Share of the warm environments in use above which AWS warms more. */
  targetPercent: number;
  functions: WarmFunction[];
};

/**
 * One UTC hour in which a function ran. Lambda writes these metrics for each invocation and none
 * while there are none, so that an hour that is missing between others was idle. Source:
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
export type WarmHour = {
  atMs: number;
  /** The most warm environments that were in use at once. */
  peakUse: number;
  /** The greatest share of the warm environments that was in use at once, from 0 to 1. */
  peakUtilization: number;
  /** Invocations that found no warm environment free. */
  spillovers: number;
};

/** What advice on warmth is made of: complete UTC days, and hours in order of time. */
export type WarmthFacts = {
  organizationId: string;
  range: { fromMs: number; toMs: number };
  targetPercent: number;
  price: WarmthPrice;
  functions: readonly { warm: WarmFunction; hours: readonly WarmHour[] }[];
};

/** How many environments were warm in an hour, by its peaks; `undefined` where none was in use. */
export function environmentsIn({ peakUse, peakUtilization }: WarmHour): number | undefined {
  return peakUse > 0 && peakUtilization > 0 ? Math.round(peakUse / peakUtilization) : undefined;
}
