import type { Posting } from '../ledger/posting.ts';
import { spelledPrincipals } from '../naming/spelling.ts';
import { endOfBucket, hourOf, startOfBucket } from './aggregates.ts';
import type { CostReport, CostReportRow } from './cost-report.ts';
import { valueIn } from './dimensions.ts';
import { type Measures, measuresOf } from './measures.ts';

/**
 * The content of one FOCUS row under Purser's own names. `null`: not specific to one, or not named.
 */
export type FocusCharge = {
  organizationId: string;
  groupBy: string;
  key: string | null;
  description: string;
  startMs: number;
  endMs: number;
  measures: Measures;
  departmentId: string | null;
  model: string | null;
  region: string | null;
  tags: Record<string, string> | null;
  /** `delivered`, `drained` or `failed`. */
  delivery: string | null;
  /** True if it corrects a billing period that was already over. */
  isCorrection: boolean;
};

/** Converts a row of sums to a charge. */
export const chargeOfRow = (
  { key, periodStartMs, periodEndMs, measures }: CostReportRow,
  { organizationId, groupBy }: Pick<CostReport, 'organizationId' | 'groupBy'>,
): FocusCharge => ({
  organizationId,
  groupBy,
  key,
  description: `AI model usage, ${groupBy} ${key ?? 'not named'}`,
  startMs: periodStartMs,
  endMs: periodEndMs,
  measures,
  departmentId: groupBy === 'department' ? key : null,
  model: groupBy === 'model' ? key : null,
  region: null,
  tags: null,
  delivery: groupBy === 'delivery' ? key : null,
  isCorrection: false,
});

/** Converts one usage record to a charge, in the hour of its use. */
export function chargeOfPosting(posting: Posting): FocusCharge {
  const hour = hourOf(posting.occurredAtMs);
  return {
    organizationId: posting.organizationId,
    groupBy: 'record',
    key: posting.postingId,
    description: `AI model usage, ${posting.kind} of request ${posting.entryId}`,
    startMs: startOfBucket(hour),
    endMs: endOfBucket(hour),
    measures: measuresOf(posting),
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
