import type { SampledRequest } from './day-sample.ts';

/** Calls that were paid for and gave nothing. */
export const WASTES = ['failures', 'loops'] as const;
export type Waste = (typeof WASTES)[number];

/** The same prompt again in the same session this soon is a loop, and not a person asking again. */
const LOOP_MS = 600_000;
/** Whether a call was paid for and gave nothing. */
export function isWasted(
  waste: Waste,
  { status, costNanoUsd, repeatAgeMs }: SampledRequest,
): boolean {
  return waste === 'failures'
    ? status === 'failed' && costNanoUsd > 0n
    : repeatAgeMs !== undefined && repeatAgeMs <= LOOP_MS;
}
