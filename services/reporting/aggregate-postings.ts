import { ProblemError } from '../../contracts/problem.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { countTags } from '../../domain/reporting/dimensions.ts';
import { packPostings } from '../../domain/reporting/packing.ts';
import { StoreUnavailableError } from '../../tables/dynamodb.ts';
import { MAX_TRANSACTION_ITEMS, type TokenUsageStore } from '../../tables/token-usage.ts';
import { withRetries } from '../retry-conflicts.ts';

type Deps = {
  usage: Pick<TokenUsageStore, 'record'>;
  /** Told the postings that were not recorded before; may hear of some again after a crash. */
  learn: (recorded: Posting[]) => Promise<void>;
  /** Tags that an organization's reports are grouped by; none when absent. */
  listedTags?: (organizationId: string) => Promise<readonly string[]>;
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
  let failed = onceEach(postings);
  try {
    const counted = await countedByTags(deps, failed);
    for (const run of packPostings(counted, MAX_TRANSACTION_ITEMS)) {
      recorded.push(...(await recordRun(deps, run)));
      failed = failed.slice(run.length);
    }
  } catch (error) {
    if (!isPassing(error)) throw error;
    deps.telemetry.error('POSTINGS_NOT_AGGREGATED', { error, postings: failed.length });
  }
  if (recorded.length > 0) await deps.learn(recorded);
  return { recorded, unrecorded: failed };
}

async function countedByTags(
  { listedTags }: Deps,
  postings: readonly Posting[],
): Promise<Posting[]> {
  if (!listedTags) return [...postings];
  const organizations = [...new Set(postings.map(({ organizationId }) => organizationId))];
  const listed = new Map(
    await Promise.all(organizations.map(async (id) => [id, await listedTags(id)] as const)),
  );
  return postings.map((posting) => countTags(posting, listed.get(posting.organizationId) ?? []));
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

/** Of a posting that came twice the first stays: delivery goes on from the one that is not done. */
function onceEach(postings: readonly Posting[]): Posting[] {
  const byId = Map.groupBy(postings, (one) => `${one.organizationId}#${one.postingId}`);
  return [...byId.values()].flatMap(([first]) => first ?? []);
}

/** Another delivery may succeed; anything else is a fault of ours and must be loud. */
const isPassing = (error: unknown): boolean =>
  error instanceof StoreUnavailableError ||
  (error instanceof ProblemError && error.type === 'unavailable');
