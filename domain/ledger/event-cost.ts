import type { NanoUsd } from '../money.ts';
import { type Deviation, type Judgment, judgeStatement } from './deviation.ts';

/** What an event costs, and what the provider or the caller says that it costs. */
export type EventCost = {
  costNanoUsd: NanoUsd;
  /** Charged instead of the price. */
  statedNanoUsd?: NanoUsd | undefined;
  reportedNanoUsd?: NanoUsd | undefined;
  /** Set if the card does not state the price. */
  priceBasis?: 'dearest-known' | undefined;
  /** What the answer had cost, if a cache gave it again. */
  savedNanoUsd?: NanoUsd | undefined;
};

type Costs = {
  chargedNanoUsd: NanoUsd;
  pricedNanoUsd: NanoUsd;
  reportedNanoUsd?: NanoUsd | undefined;
};

/** Members of an `Entry`. */
type CostMarks = {
  pricedNanoUsd?: NanoUsd;
  reportedNanoUsd?: NanoUsd;
  deviations?: Deviation[];
  disputedNanoUsd?: NanoUsd;
  disputedAtMs?: number;
};

/** What an entry notes about its charged cost: other costs, and what is disputed. */
export const costMarks = (
  { chargedNanoUsd, pricedNanoUsd, reportedNanoUsd }: Costs,
  { deviations, disputedNanoUsd }: Judgment,
  nowMs: number,
): CostMarks => ({
  ...(pricedNanoUsd === chargedNanoUsd ? {} : { pricedNanoUsd }),
  ...(reportedNanoUsd === undefined ? {} : { reportedNanoUsd }),
  ...(deviations.length > 0 ? { deviations, disputedAtMs: nowMs } : {}),
  ...(disputedNanoUsd === 0n ? {} : { disputedNanoUsd }),
});

/** A cost far above the price counts only up to the price until an operator confirms it. */
export function chargedAmounts(
  { costNanoUsd, statedNanoUsd = costNanoUsd, reportedNanoUsd, priceBasis }: EventCost,
  isConfirmed: boolean,
  nowMs: number,
): CostMarks & Pick<EventCost, 'priceBasis'> & { chargedNanoUsd: NanoUsd } {
  const costs = { chargedNanoUsd: statedNanoUsd, pricedNanoUsd: costNanoUsd, reportedNanoUsd };
  const judgment = judgeStatement({
    ...costs,
    reservedModelNanoUsd: costNanoUsd,
    presumedNanoUsd: 0n,
    lateByMs: 0,
    heldNanoUsd: 0n,
    isConfirmed,
  });
  return {
    chargedNanoUsd: statedNanoUsd,
    ...(priceBasis === undefined ? {} : { priceBasis }),
    ...costMarks(costs, judgment, nowMs),
  };
}
