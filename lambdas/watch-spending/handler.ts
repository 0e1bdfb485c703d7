import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { watchedPeriods } from '../../domain/controls/watched-periods.ts';
import { type Aggregate, aggregateKeyText } from '../../domain/reporting/aggregates.ts';
import type { Scope } from '../../domain/scopes.ts';
import { type ReviewDeps, reviewScopes } from '../../services/controls/review-scopes.ts';
import { dailySpendOf } from '../../services/controls/scope-spend.ts';

/** A daily sum of a scope as a record left it; `isTouched` when somebody asked to look at it again. */
export type ChangedSum = { sum: Aggregate; isTouched: boolean };

type Deps = ReviewDeps & {
  /** The change that a record tells of; `undefined` when thresholds are not compared with it. */
  changeOf: (record: DynamoDBRecord) => ChangedSum | undefined;
};

type Latest = ChangedSum & { record: DynamoDBRecord };

/**
 * Follows the stream of sums: what a scope spent is compared with its thresholds within a second. An
 * organization that cannot be reviewed is delivered again, from its first record on; what was done
 * before is not done twice.
 */
export const createHandler =
  (deps: Deps) =>
  async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const nowMs = deps.now();
    const days = watchedPeriods('daily', nowMs, 'UTC').map(({ key }) => key);
    const latest = new Map<string, Latest>();
    for (const record of event.Records) {
      const change = deps.changeOf(record);
      if (!change || !days.includes(change.sum.bucket)) continue;
      const name = aggregateKeyText(change.sum);
      const before = latest.get(name);
      latest.set(name, {
        sum: change.sum,
        isTouched: change.isTouched || before?.isTouched === true,
        record: before?.record ?? record,
      });
    }
    const byOrganization = Map.groupBy(latest.values(), ({ sum }) => sum.organizationId);
    const failed = new Set<DynamoDBRecord>();
    for (const [organizationId, changes] of byOrganization) {
      const daily = changes.map(({ sum }) => dailySpendOf(sum));
      const controlled = changes
        .filter(({ isTouched }) => isTouched)
        .map(({ sum }) => ({ scope: sum.dimension as Scope, scopeId: sum.value }));
      try {
        const review = await reviewScopes(deps, organizationId, { daily, controlled }, nowMs);
        if (review.raised > 0) deps.telemetry.metric('BreachesRaised', review.raised);
      } catch (error) {
        deps.telemetry.error('SPENDING_NOT_REVIEWED', { error, organizationId });
        for (const { record } of changes) failed.add(record);
      }
    }
    const first = event.Records.find((record) => failed.has(record));
    const itemIdentifier = first?.dynamodb?.SequenceNumber;
    return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
  };
