import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { watchedPeriods } from '../../domain/controls/watched-periods.ts';
import { aggregateKeyText, dayOf } from '../../domain/reporting/aggregates.ts';
import type { Scope } from '../../domain/scopes.ts';
import { type ReviewDeps, reviewScopes } from '../../services/controls/review-scopes.ts';
import { isPassing } from '../../services/is-passing.ts';
import { dailySpendOf } from '../../services/controls/scope-spend.ts';
import type {
  ChangedSum,
  TokenAnalyticsStore,
} from '../../tables/token-analytics/token-analytics.ts';

type Deps = ReviewDeps & {
  analytics: Pick<TokenAnalyticsStore, 'wholeSums'>;
  /** The change in a record; `undefined` if thresholds do not apply to it. */
  changeOf: (record: DynamoDBRecord) => ChangedSum | undefined;
};

type Latest = ChangedSum & { record: DynamoDBRecord };

/**
 * Consumes the stream of sums. Compares a scope's spend with its thresholds within a second, in
 * every period that holds the day of the sum; a correction on any day, or a changed limit, frees the
 * scope as fast. If the store fails, the
 * organization is redelivered from its first record, and earlier work is not repeated. An
 * organization that itself cannot be reviewed raises an alarm and blocks no other; the monitor
 * retries it.
 */
export const createHandler =
  (deps: Deps) =>
  async (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => {
    const nowMs = deps.now();
    const days = watchedPeriods('daily', nowMs).map(({ key }) => key);
    const latest = new Map<string, Latest>();
    for (const record of event.Records) {
      const change = readChange(deps, record);
      if (!change) continue;
      const name = aggregateKeyText(change.sum);
      const before = latest.get(name);
      latest.set(name, {
        sum: change.sum,
        isTouched: change.isTouched || before?.isTouched === true,
        isLowered: change.isLowered || before?.isLowered === true,
        isRaised: change.isRaised || before?.isRaised === true,
        record: before?.record ?? record,
      });
    }
    const byOrganization = Map.groupBy(latest.values(), ({ sum }) => sum.organizationId);
    const failed = new Set<DynamoDBRecord>();
    for (const [organizationId, changes] of byOrganization) {
      const controlled = changes
        .filter(({ isTouched, isLowered }) => isTouched || isLowered)
        .map(({ sum: { dimension, value }, isTouched, isLowered }) => ({
          scope: dimension as Scope,
          scopeId: value,
          isCorrected: isLowered,
          isLimitChanged: isTouched,
        }));
      try {
        const isPast = (day: string): boolean => !days.includes(day) && day < dayOf(nowMs);
        const changed = changes.filter(
          ({ sum, isRaised }) => days.includes(sum.bucket) || (isRaised && isPast(sum.bucket)),
        );
        const sums = await deps.analytics.wholeSums(changed.map(({ sum }) => sum));
        const spends = sums.map(dailySpendOf);
        const daily = spends.filter(({ periodKey }) => !isPast(periodKey));
        const past = spends.filter(({ periodKey }) => isPast(periodKey));
        const call = { organizationId, nowMs };
        const review = await reviewScopes(deps, call, { daily, past, controlled });
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

/** The change in a record, or none if the record cannot be read. */
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
