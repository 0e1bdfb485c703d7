import type { NanoUsd } from '../../domain/money.ts';
import type { PredictedCost } from '../traces/prediction-error.ts';

/** Results of the rows sent so far. */
export type ReplayTally = {
  sent: number;
  settled: number;
  /** Attempts that had to be repeated. */
  retries: number;
  decisions: Record<'proceed' | 'downgrade' | 'reject', number>;
  /** Refused rows by the deciding budget or control. */
  refusals: Map<string, number>;
  /** Rows without a decision or a settlement, by reason. */
  failures: Map<string, number>;
  heldNanoUsd: NanoUsd;
  /** Exact sum of the settled amounts in the answers. */
  settledNanoUsd: NanoUsd;
  costs: PredictedCost[];
  reserveLatenciesMs: number[];
  settleLatenciesMs: number[];
  durationMs: number;
  count: (kind: 'refusals' | 'failures', reason: string) => void;
};

export function createTally(): ReplayTally {
  const tally: ReplayTally = {
    sent: 0,
    settled: 0,
    retries: 0,
    decisions: { proceed: 0, downgrade: 0, reject: 0 },
    refusals: new Map(),
    failures: new Map(),
    heldNanoUsd: 0n,
    settledNanoUsd: 0n,
    costs: [],
    reserveLatenciesMs: [],
    settleLatenciesMs: [],
    durationMs: 0,
    count(kind, reason) {
      tally[kind].set(reason, (tally[kind].get(reason) ?? 0) + 1);
    },
  };
  return tally;
}
