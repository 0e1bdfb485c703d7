import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { aggregatesOf } from '../../domain/reporting/aggregates.ts';
import { countTags } from '../../domain/reporting/dimensions.ts';
import { packPostings } from '../../domain/reporting/packing.ts';
import { MAX_TRANSACTION_ITEMS, type TokenUsageStore } from '../../tables/token-usage.ts';
import { isPassing } from '../is-passing.ts';
import { withRetries } from '../retry-conflicts.ts';

export type AggregationDeps = {
  usage: Pick<TokenUsageStore, 'record'>;
  /** Told the postings that were not recorded before; may hear of some again after a crash. */
  learn: (recorded: Posting[]) => Promise<void>;
  /** Tags that an organization's reports are grouped by; none when absent. */
  listedTags?: (organizationId: string) => Promise<readonly string[]>;
  /** Sets apart a posting that cannot be counted, so that it stops no other. */
  suspend: (posting: Posting, error: unknown) => Promise<void>;
  retentionDays: number;
  telemetry: Telemetry;
  now: () => number;
};

/**
 * `unrecorded` starts with the first posting that the store did not take; order is kept.
 * `suspended` could not be counted for a reason of their own and are set apart.
 */
export type AggregationOutcome = {
  recorded: Posting[];
  suspended: Posting[];
  unrecorded: Posting[];
};

/** A posting as it was delivered, and with the tags that it counts by. */
type Pending = { posting: Posting; counted: Posting };

/**
 * Records postings and adds them to their aggregates, each exactly once however often and in
 * whatever batches it is delivered: a transaction takes usage records, which are there or not, with
 * the additions they cause. A posting that fails for a reason of its own is set apart and the others
 * go on. Where the store fails it stops at the first posting that cannot be recorded now.
 */
export async function aggregatePostings(
  deps: AggregationDeps,
  postings: readonly Posting[],
): Promise<AggregationOutcome> {
  const outcome: AggregationOutcome = {
    recorded: [],
    suspended: [],
    unrecorded: onceEach(postings),
  };
  try {
    let pending = await countable(deps, outcome);
    outcome.unrecorded = pending.map(({ posting }) => posting);
    const runs = packPostings(
      pending.map(({ counted }) => counted),
      MAX_TRANSACTION_ITEMS,
    );
    for (const { length } of runs) {
      await recordApart(deps, pending.slice(0, length), outcome);
      pending = pending.slice(length);
      outcome.unrecorded = outcome.unrecorded.slice(length);
    }
  } catch (error) {
    if (!isPassing(error)) throw error;
    const { unrecorded } = outcome;
    deps.telemetry.error('POSTINGS_NOT_AGGREGATED', { error, postings: unrecorded.length });
  }
  if (outcome.recorded.length > 0) await deps.learn(outcome.recorded);
  return outcome;
}

/** Those of the postings that can be summed; the others are set apart. */
async function countable(deps: AggregationDeps, outcome: AggregationOutcome): Promise<Pending[]> {
  const tags = await tagsByOrganization(deps, outcome.unrecorded);
  const pending: Pending[] = [];
  for (const posting of outcome.unrecorded) {
    try {
      const counted = countTags(posting, tags.get(posting.organizationId)?.() ?? []);
      // What cannot be summed shows here, before it is packed with others.
      aggregatesOf([counted]);
      pending.push({ posting, counted });
    } catch (error) {
      await suspend(deps, posting, error, outcome);
    }
  }
  return pending;
}

/** How to know the listed tags of each organization: throws where its settings cannot be read. */
async function tagsByOrganization(
  { listedTags }: AggregationDeps,
  postings: readonly Posting[],
): Promise<Map<string, () => readonly string[]>> {
  const organizations = [...new Set(postings.map(({ organizationId }) => organizationId))];
  const read = async (id: string): Promise<() => readonly string[]> => {
    try {
      const tags = (await listedTags?.(id)) ?? [];
      return () => tags;
    } catch (error) {
      if (isPassing(error)) throw error;
      return () => {
        throw error;
      };
    }
  };
  return new Map(await Promise.all(organizations.map(async (id) => [id, await read(id)] as const)));
}

/** Records a run; if it fails for a reason of its own, half by half, down to the posting at fault. */
async function recordApart(
  deps: AggregationDeps,
  run: readonly Pending[],
  outcome: AggregationOutcome,
): Promise<void> {
  try {
    const counted = run.map((item) => item.counted);
    outcome.recorded.push(...(await recordRun(deps, counted)));
  } catch (error) {
    const [first, ...others] = run;
    if (isPassing(error) || !first) throw error;
    if (others.length === 0) return suspend(deps, first.posting, error, outcome);
    const half = Math.ceil(run.length / 2);
    await recordApart(deps, run.slice(0, half), outcome);
    await recordApart(deps, run.slice(half), outcome);
  }
}

async function suspend(
  deps: AggregationDeps,
  posting: Posting,
  error: unknown,
  { suspended }: AggregationOutcome,
): Promise<void> {
  const { organizationId, entryId, postingId } = posting;
  await deps.suspend(posting, error);
  deps.telemetry.error('POSTING_SUSPENDED', { error, organizationId, entryId, postingId });
  deps.telemetry.metric('PostingsInSuspense', 1);
  suspended.push(posting);
}

/** @returns the postings of the run that were not recorded before */
function recordRun(deps: AggregationDeps, run: Posting[]): Promise<Posting[]> {
  let pending = run;
  return withRetries(deps, async () => {
    while (pending.length > 0) {
      const result = await deps.usage.record(pending, deps.retentionDays, deps.now());
      if (result.kind === 'recorded') break;
      // What is recorded already may be known only of some while others conflict.
      const knownCount = pending.length;
      pending = pending.filter((_, position) => !result.duplicates.has(position));
      if (result.conflict) return 'conflict';
      if (pending.length === knownCount) throw new Error('a transaction was refused for no reason');
    }
    return { done: pending };
  });
}

/** Keeps the first of two equal postings: delivery resumes at the first one that is not done. */
function onceEach(postings: readonly Posting[]): Posting[] {
  const byId = Map.groupBy(postings, (item) => `${item.organizationId}#${item.postingId}`);
  return [...byId.values()].flatMap(([first]) => first ?? []);
}
