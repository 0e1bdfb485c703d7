import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { watchedPeriods } from '../../domain/controls/watched-periods.ts';
import { aggregateKeyText } from '../../domain/reporting/aggregates.ts';
import type { Scope } from '../../domain/scopes.ts';
import { type ReviewDeps, reviewScopes } from '../../services/controls/review-scopes.ts';
import { isPassing } from '../../services/is-passing.ts';
import { dailySpendOf } from '../../services/controls/scope-spend.ts';
import type { ChangedSum } from '../../tables/token-analytics/token-analytics.ts';

type Deps = ReviewDeps & {
  /** The change that a record tells of; `undefined` when thresholds are not compared with it. */
  changeOf: (record: DynamoDBRecord) => ChangedSum | undefined;
};

type Latest = ChangedSum & { record: DynamoDBRecord };

/**
 * Follows the stream of sums: what a scope spent is compared with its thresholds within a second, and
 * what was taken back of any day, or a limit that a person changed, frees it as fast. When the store
 * fails, an organization is delivered again, from its first record on; what was done before is not done
 * twice. An organization that cannot be reviewed for a reason of its own raises an alarm and holds up no
 * other; the monitor tries it again.
 */
export const createHandler =
  (deps: Deps) =>
  async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const nowMs = deps.now();
    const days = watchedPeriods('daily', nowMs, 'UTC').map(({ key }) => key);
    const latest = new Map<string, Latest>();
    for (const record of event.Records) {
      const change = readChange(deps, record);
      if (!change) continue;
      if (!change.isLowered && !days.includes(change.sum.bucket)) continue;
      const name = aggregateKeyText(change.sum);
      const before = latest.get(name);
      latest.set(name, {
        sum: change.sum,
        isTouched: change.isTouched || before?.isTouched === true,
        isLowered: change.isLowered || before?.isLowered === true,
        record: before?.record ?? record,
      });
    }
    const byOrganization = Map.groupBy(latest.values(), ({ sum }) => sum.organizationId);
    const failed = new Set<DynamoDBRecord>();
    for (const [organizationId, changes] of byOrganization) {
      const daily = changes
        .filter(({ sum }) => days.includes(sum.bucket))
        .map(({ sum }) => dailySpendOf(sum));
      const controlled = changes
        .filter(({ isTouched, isLowered }) => isTouched || isLowered)
        .map(({ sum: { dimension, value } }) => ({
          scope: dimension as Scope,
          scopeId: value,
          isCorrected: true,
        }));
      try {
        const review = await reviewScopes(deps, { organizationId, nowMs }, { daily, controlled });
        if (review.raised > 0) deps.telemetry.metric('BreachesRaised', review.raised);
      } catch (error) {
        deps.telemetry.error('SPENDING_NOT_REVIEWED', { error, organizationId });
        if (isPassing(error)) for (const { record } of changes) failed.add(record);
        else deps.telemetry.metric('ScopesNotReviewed', changes.length);
      }
    }
    const first = event.Records.find((record) => failed.has(record));
    const itemIdentifier = first?.dynamodb?.SequenceNumber;
    return { batchItemFailures: itemIdentifier === undefined ? [] : [{ itemIdentifier }] };
  };

/** The change that a record tells of; none of one that cannot be read. */
function readChange({ changeOf, telemetry }: Deps, record: DynamoDBRecord) {
  try {
    return changeOf(record);
  } catch (error) {
    const sequenceNumber = record.dynamodb?.SequenceNumber;
    telemetry.error('SPENDING_NOT_REVIEWED', { error, sequenceNumber });
    telemetry.metric('ScopesNotReviewed', 1);
    return undefined;
  }
}
