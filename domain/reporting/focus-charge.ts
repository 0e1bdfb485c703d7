import type { Posting } from '../ledger/posting.ts';
import type { NanoUsd } from '../money.ts';
import { spelledPrincipals } from '../naming/spelling.ts';
import type { RateCard } from '../pricing/rate-card.ts';
import { endOfBucket, hourOf, startOfBucket } from './aggregates.ts';
import { valueIn } from './dimensions.ts';
import { contractedCostOf, listCostOf } from './list-cost.ts';
import { type Measures, measuresOf } from './measures.ts';

/**
 * The content of one FOCUS row under Purser's own names. `null`: not specific to one, or not named.
 */
export type FocusCharge = {
  organizationId: string;
  recordId: string;
  description: string;
  startMs: number;
  endMs: number;
  measures: Measures;
  contractedNanoUsd: NanoUsd;
  listNanoUsd: NanoUsd;
  departmentId: string | null;
  model: string;
  region: string | null;
  tags: Record<string, string> | null;
  /** `delivered`, `drained` or `failed`. */
  delivery: string;
  /** True if it corrects a billing period that was already over. */
  isCorrection: boolean;
};

/**
 * Converts one usage record to a charge, in the hour of its use.
 * @param ownCards the organization's cards of its model
 */
export function chargeOfPosting(posting: Posting, ownCards: readonly RateCard[]): FocusCharge {
  const hour = hourOf(posting.occurredAtMs);
  return {
    organizationId: posting.organizationId,
    recordId: posting.postingId,
    description: `AI model usage, ${posting.kind} of request ${posting.entryId}`,
    startMs: startOfBucket(hour),
    endMs: endOfBucket(hour),
    measures: measuresOf(posting),
    contractedNanoUsd: contractedCostOf(posting),
    listNanoUsd: listCostOf(posting, ownCards),
    departmentId: spelledPrincipals(posting).departmentId ?? null,
    model: posting.model,
    region: posting.region ?? null,
    tags: posting.tags ?? null,
    delivery: valueIn('delivery', posting),
    isCorrection:
      posting.kind === 'correction' && monthOf(posting.postedAtMs) > monthOf(posting.occurredAtMs),
  };
}

const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7);
