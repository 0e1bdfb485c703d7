import {
  REPORT_FREQUENCIES,
  REPORT_SUBJECTS,
  type ReportSubscription,
} from '../domain/reporting/report-subscription.ts';
import { list, number, orElse, text, words } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { dimension } from './codec/dimension.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { type Fingerprint, fingerprintKeyOf, fingerprintsOf } from './fingerprint.ts';
import { removalOf, type Replacement, replacementOf } from './replacement.ts';

/**
 * Reports that are mailed. Access patterns: all of an organization's subscriptions; put or delete
 * one; those of all organizations that are due, oldest first; claim one that is due, and advance
 * it. There are few, so the index has them all in one partition.
 */
export const reportSubscriptionsTable = defineTable({
  name: 'report-subscriptions',
  isConfidential: true,
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'name', type: 'S' },
  indexes: [
    {
      name: 'byDue',
      partitionKey: { name: 'dueIn', type: 'S' },
      sortKey: { name: 'dueAt', type: 'S' },
      projection: 'ALL',
    },
  ],
});

export const subscriptionCodec = itemCodec(reportSubscriptionsTable, 'subscription', {
  name: text,
  report: orElse(words(REPORT_SUBJECTS), 'costs'),
  frequency: words(REPORT_FREQUENCIES),
  timeZone: text,
  hour: number,
  to: list(text),
  groupBy: dimension,
});

/** A subscription's owner and next due time. */
export const dueCodec = itemCodec(reportSubscriptionsTable, 'due subscription', {
  organizationId: text,
  dueAt: text,
});

export type DueSubscription = {
  organizationId: string;
  dueMs: number;
  subscription: ReportSubscription;
};

const ANYWHERE = 'all';
/** Longer than a run of the sending function can take. */
const CLAIM_MS = 300_000;

export type ReportSubscriptionStore = ReturnType<typeof createReportSubscriptionStore>;

export const createReportSubscriptionStore = (db: DynamoDb) => ({
  ...subscriptions(db),
  ...dueSubscriptions(db),
});

/** Subscriptions as people manage them. */
function subscriptions(db: DynamoDb) {
  const table = reportSubscriptionsTable.name;

  return {
    async list(organizationId: string): Promise<ReportSubscription[]> {
      const items = await queryAll(db, {
        table,
        condition: 'organizationId = :organization',
        values: { ':organization': organizationId },
        consistent: true,
      });
      return items.map((item) => subscriptionCodec.decode(item));
    },

    /** The subscription with this name, and the write that replaces it, next due at `dueMs`. */
    async replacement(
      organizationId: string,
      subscription: ReportSubscription,
      dueMs: number,
    ): Promise<Replacement<ReportSubscription> & { fingerprint: Fingerprint }> {
      const item = {
        ...subscriptionCodec.encode(subscription),
        dueIn: ANYWHERE,
        dueAt: iso(dueMs),
      };
      const key = keyOf(organizationId, subscription.name);
      const { before, write } = await replacementOf(db, table, key, (was) => ({
        ...item,
        ...fingerprintKeyOf(was),
      }));
      return {
        before: before && subscriptionCodec.decode(before),
        write,
        fingerprint: fingerprintsOf(write.item),
      };
    },

    /**
     * The subscription with this name, and the write that removes it; `undefined` if it does not
     * exist.
     */
    async removal(organizationId: string, name: string) {
      const subscriptionRemoval = await removalOf(db, table, keyOf(organizationId, name));
      if (!subscriptionRemoval) return undefined;
      const { before, write } = subscriptionRemoval;
      return {
        before: subscriptionCodec.decode(before),
        write,
        fingerprint: fingerprintsOf(before),
      };
    },
  };
}

/** Subscriptions whose report is due. */
function dueSubscriptions(db: DynamoDb) {
  const table = reportSubscriptionsTable.name;

  return {
    /** Due subscriptions, oldest first. */
    async listDue(nowMs: number, limit: number): Promise<DueSubscription[]> {
      const { items } = await db.query({
        table,
        index: 'byDue',
        condition: 'dueIn = :anywhere AND dueAt <= :now',
        values: { ':anywhere': ANYWHERE, ':now': iso(nowMs) },
        limit,
      });
      return items.map((item) => {
        const { organizationId, dueAt } = dueCodec.decode(item);
        const subscription = subscriptionCodec.decode(item);
        return { organizationId, dueMs: Date.parse(dueAt), subscription };
      });
    },

    /**
     * Claims a due subscription for a few minutes, unless another run has claimed or advanced it.
     */
    async claim({ organizationId, subscription, dueMs }: DueSubscription, nowMs: number) {
      const result = await db.write({
        kind: 'update',
        table,
        key: keyOf(organizationId, subscription.name),
        update: 'SET claimedUntilMs = :until',
        condition:
          'dueAt = :due AND (attribute_not_exists(claimedUntilMs) OR claimedUntilMs < :now)',
        values: { ':until': nowMs + CLAIM_MS, ':due': iso(dueMs), ':now': nowMs },
      });
      return result.ok;
    },

    /**
     * Ends a claim. If the report was sent, the subscription advances; if it failed, it stays due.
     */
    async release(
      { organizationId, subscription, dueMs }: DueSubscription,
      nextDueMs: number | undefined,
    ): Promise<void> {
      await db.write({
        kind: 'update',
        table,
        key: keyOf(organizationId, subscription.name),
        update: `${nextDueMs === undefined ? '' : 'SET dueAt = :next '}REMOVE claimedUntilMs`,
        condition: 'dueAt = :due',
        values: {
          ':due': iso(dueMs),
          ...(nextDueMs === undefined ? {} : { ':next': iso(nextDueMs) }),
        },
      });
    },
  };
}

const iso = (instantMs: number): string => new Date(instantMs).toISOString();

const keyOf = (organizationId: string, name: string) => ({ organizationId, name });
