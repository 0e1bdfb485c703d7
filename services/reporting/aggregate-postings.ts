import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { aggregatesOf } from '../../domain/reporting/aggregates.ts';
import { countTags } from '../../domain/reporting/dimensions.ts';
import { POSTINGS_PER_RUN, type TokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { isPassing } from '../is-passing.ts';
import { withRetries } from '../retry-conflicts.ts';

export type AggregationDeps = {
  usage: Pick<TokenUsageStore, 'record'>;
  /** Receives newly recorded postings; may receive some twice after a crash. */
  learn: (recorded: Posting[]) => Promise<void>;
  /** Tags that an organization's reports can group by. Default: none. */
  listedTags?: (organizationId: string) => Promise<readonly string[]>;
  /** Sets aside a posting that cannot be counted, so that it does not block others. */
  suspend: (posting: Posting, error: unknown) => Promise<void>;
  retentionDays: number;
  telemetry: Telemetry;
  now: () => number;
};

/**
 * `unrecorded` starts with the first posting that the store did not accept, in order. `suspended`
 * postings could not be counted themselves and are set aside.
 */
export type AggregationOutcome = {
  recorded: Posting[];
  suspended: Posting[];
  unrecorded: Posting[];
};

/** A posting as delivered, and with the tags that it counts toward. */
type Pending = { posting: Posting; counted: Posting };

/**
 * Records postings and adds each to its aggregates exactly once, no matter how often or in what
 * batches they arrive. Sets aside a posting that itself fails and continues. If the store fails,
 * stops at the first run that cannot be completed now.
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
    while (pending.length > 0) {
      await recordApart(deps, pending.slice(0, POSTINGS_PER_RUN), outcome);
      pending = pending.slice(POSTINGS_PER_RUN);
      outcome.unrecorded = outcome.unrecorded.slice(POSTINGS_PER_RUN);
    }
  } catch (error) {
    if (!isPassing(error)) throw error;
    const { unrecorded } = outcome;
    deps.telemetry.error('POSTINGS_NOT_AGGREGATED', { error, postings: unrecorded.length });
  }
  if (outcome.recorded.length > 0) await deps.learn(outcome.recorded);
  return outcome;
}

/** Returns the postings that can be summed and sets the others aside. */
async function countable(deps: AggregationDeps, outcome: AggregationOutcome): Promise<Pending[]> {
  const tags = await tagsByOrganization(deps, outcome.unrecorded);
  const pending: Pending[] = [];
  for (const posting of outcome.unrecorded) {
    try {
      const counted = countTags(posting, tags.get(posting.organizationId)?.() ?? []);
      // Detects postings that cannot be summed before they are batched with others.
      aggregatesOf([counted]);
      pending.push({ posting, counted });
    } catch (error) {
      await suspend(deps, posting, error, outcome);
    }
  }
  return pending;
}

/** Looks up the listed tags of each organization. Throws if its settings cannot be read. */
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

/**
 * Records a run. If the run itself is at fault, splits it in half until the bad posting is
 * isolated.
 */
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
function recordRun(deps: AggregationDeps, run: readonly Posting[]): Promise<Posting[]> {
  let consistent = false;
  return withRetries(deps, async () => {
    const result = await deps.usage.record(run, deps.retentionDays, deps.now(), { consistent });
    consistent = true;
    return result.kind === 'conflict' ? 'conflict' : { done: result.postings };
  });
}

/** Keeps the first of two equal postings, because delivery resumes at the first one not done. */
function onceEach(postings: readonly Posting[]): Posting[] {
  const byId = Map.groupBy(postings, (item) => `${item.organizationId}#${item.postingId}`);
  return [...byId.values()].flatMap(([first]) => first ?? []);
}
