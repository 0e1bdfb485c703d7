import { formatUsd } from '../money.ts';
import { costOfWarmth } from '../pricing/warmth-price.ts';
import { dayOf } from '../reporting/aggregates.ts';
import type { ConfidenceLevel } from './confidence.ts';
import { LEAST_SAVING_NANO_USD } from './saving.ts';
import { identified, type Recommendation } from './recommendation.ts';
import { LEAST_FIT_DAYS } from './limit-use.ts';
import type { WarmFunction, WarmHour, WarmthFacts } from './warmth.ts';

const HOURS_PER_MONTH = 24 * 30;
const HOUR_MS = 3_600_000;

/** Warm environments that no observed hour needed, by function. */
export const adviseIdleConcurrency = (facts: WarmthFacts): Recommendation[] =>
  facts.functions.flatMap(({ warm, hours }) => adviseFunction(facts, warm, hours));

/**
 * An hour needs enough environments to keep its peak within the target, because AWS would otherwise
 * warm more. The advice keeps what the busiest hour needs.
 */
function adviseFunction(
  facts: WarmthFacts,
  warm: WarmFunction,
  hours: readonly WarmHour[],
): Recommendation[] {
  const days = new Set(hours.map(({ atMs }) => dayOf(atMs))).size;
  if (days < LEAST_FIT_DAYS) return [];
  const peakUse = Math.max(...hours.map((hour) => hour.peakUse));
  const needed = Math.max(1, Math.ceil((peakUse * 100) / facts.targetPercent));
  const idleHours = (warm.min - needed) * HOURS_PER_MONTH;
  if (idleHours <= 0) return [];
  const savingNanoUsdPerMonth = costOfWarmth(idleHours, warm.memoryMiB, facts.price);
  if (savingNanoUsdPerMonth < LEAST_SAVING_NANO_USD) return [];

  const kind = 'idle-provisioned-concurrency';
  const scope = { scope: 'organization' as const, scopeId: facts.organizationId };
  const target = `${warm.functionName}:live`;
  const change = {
    kind: 'warmth' as const,
    functionName: warm.functionName,
    memoryMiB: warm.memoryMiB,
    beforeMin: warm.min,
  };
  const spillovers = hours.reduce((sum, hour) => sum + hour.spillovers, 0);
  return [
    {
      ...identified({ kind, scope, target, change }),
      title: `Keep ${needed} instead of ${warm.min} environments of ${warm.functionName} warm`,
      action: `Set ${warm.name} to ${needed} in provisionedConcurrency.minOf of environments/<environment>.json, and deploy`,
      isQuestion: false,
      savingNanoUsdPerMonth,
      effort: 'low',
      confidence: { level: levelOf(days, spillovers), requests: 0, days },
      evidence: {
        provisionedNow: warm.min,
        provisionedAdvised: needed,
        peakUse,
        meanPeakUtilization: meanUtilization(facts, warm, hours),
        hoursWithInvocations: hours.length,
        spilloverInvocations: spillovers,
        idleGbHoursPerMonth: Math.floor((idleHours * warm.memoryMiB) / 1_024),
        warmthUsdPerMonth: formatUsd(
          costOfWarmth(warm.min * HOURS_PER_MONTH, warm.memoryMiB, facts.price),
        ),
        usdPerGbHour: formatUsd(facts.price.nanoUsdPerGbHour),
        priceSource: `${facts.price.source}, read ${facts.price.sourceDate}`,
      },
    },
  ];
}

/**
 * Mean utilization of the warm minimum over all hours since the first one observed; idle hours
 * count as 0.
 */
function meanUtilization(
  { range }: WarmthFacts,
  { min }: WarmFunction,
  hours: readonly WarmHour[],
): number {
  const firstMs = Math.min(...hours.map(({ atMs }) => atMs));
  const used = hours.reduce((sum, { peakUse }) => sum + Math.min(1, peakUse / min), 0);
  return Math.round((used / ((range.toMs - firstMs) / HOUR_MS)) * 1_000) / 1_000;
}

/**
 * Invocations that spilled over while others were idle came in bursts, which hourly peaks can hide.
 */
function levelOf(days: number, spillovers: number): ConfidenceLevel {
  if (spillovers > 0 || days < 10) return 'low';
  return days >= 14 ? 'high' : 'medium';
}
