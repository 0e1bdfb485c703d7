import { judgeStatement } from '../../domain/ledger/deviation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { NanoUsd } from '../../domain/money.ts';

/** What an event costs, and what the provider or the caller says that it costs. */
export type EventCost = {
  costNanoUsd: NanoUsd;
  /** Charged instead of the price. */
  statedNanoUsd?: NanoUsd | undefined;
  reportedNanoUsd?: NanoUsd | undefined;
};

/** A cost far above the price counts only up to the price until an operator confirms it. */
export function chargedAmounts(
  { costNanoUsd, statedNanoUsd = costNanoUsd, reportedNanoUsd }: EventCost,
  isConfirmed: boolean,
  nowMs: number,
): Pick<
  Entry,
  | 'chargedNanoUsd'
  | 'pricedNanoUsd'
  | 'reportedNanoUsd'
  | 'deviations'
  | 'disputedNanoUsd'
  | 'disputedAtMs'
> {
  const { deviations, disputedNanoUsd } = judgeStatement({
    chargedNanoUsd: statedNanoUsd,
    pricedNanoUsd: costNanoUsd,
    reservedModelNanoUsd: costNanoUsd,
    presumedNanoUsd: 0n,
    lateByMs: 0,
    heldNanoUsd: 0n,
    isConfirmed,
  });
  return {
    chargedNanoUsd: statedNanoUsd,
    ...(statedNanoUsd === costNanoUsd ? {} : { pricedNanoUsd: costNanoUsd }),
    ...(reportedNanoUsd === undefined ? {} : { reportedNanoUsd }),
    ...(deviations.length > 0 ? { deviations, disputedAtMs: nowMs } : {}),
    ...(disputedNanoUsd === 0n ? {} : { disputedNanoUsd }),
  };
}
