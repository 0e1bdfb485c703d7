import { ProblemError } from '../contracts/problem.ts';
import type { Telemetry } from '../contracts/telemetry.ts';
import type { Posting } from '../domain/ledger/posting.ts';
import { packPostings } from '../domain/reporting/packing.ts';
import { StoreUnavailableError } from '../tables/dynamodb.ts';
import { MAX_TRANSACTION_ITEMS, type TokenUsageStore } from '../tables/token-usage.ts';
import { withRetries } from './retry-conflicts.ts';

type Deps = {
  usage: Pick<TokenUsageStore, 'record'>;
  /** Told the postings that were not recorded before; may hear of some again after a crash. */
  learn: (recorded: Posting[]) => Promise<void>;
  retentionDays: number;
  telemetry: Telemetry;
  now: () => number;
};

/** `unrecorded` starts with the first posting that the store did not take; order is kept. */
export type AggregationOutcome = { recorded: Posting[]; unrecorded: Posting[] };

/**
 * Records postings and adds them to their aggregates, each exactly once however often and in
 * whatever batches it is delivered: a transaction takes usage records, which are there or not, with
 * the additions they cause. It stops at the first posting that cannot be recorded now.
 */
export async function aggregatePostings(
  deps: Deps,
  postings: readonly Posting[],
): Promise<AggregationOutcome> {
  const recorded: Posting[] = [];
  const runs = packPostings(onceEach(postings), MAX_TRANSACTION_ITEMS);
  let failed: Posting[] = [];
  for (const [position, run] of runs.entries()) {
    try {
      recorded.push(...(await recordRun(deps, run)));
    } catch (error) {
      if (!isPassing(error)) throw error;
      failed = runs.slice(position).flat();
      deps.telemetry.error('POSTINGS_NOT_AGGREGATED', { error, postings: failed.length });
      break;
    }
  }
  if (recorded.length > 0) await deps.learn(recorded);
  return { recorded, unrecorded: failed };
}

/** @returns the postings of the run that were not recorded before */
function recordRun(deps: Deps, run: Posting[]): Promise<Posting[]> {
  let pending = run;
  return withRetries(deps, async () => {
    while (pending.length > 0) {
      const result = await deps.usage.record(pending, deps.retentionDays, deps.now());
      if (result.kind === 'recorded') break;
      // What is recorded already may be known only of some while others conflict.
      const known = pending.length;
      pending = pending.filter((_, position) => !result.duplicates.has(position));
      if (result.conflict) return 'conflict';
      if (pending.length === known) throw new Error('a transaction was refused for no reason');
    }
    return { done: pending };
  });
}

function onceEach(postings: readonly Posting[]): Posting[] {
  const byId = new Map(
    postings.map((posting) => [`${posting.organizationId}#${posting.postingId}`, posting]),
  );
  return [...byId.values()];
}

/** Another delivery may succeed; anything else is a fault of ours and must be loud. */
const isPassing = (error: unknown): boolean =>
  error instanceof StoreUnavailableError ||
  (error instanceof ProblemError && error.type === 'unavailable');
