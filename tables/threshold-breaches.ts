import { type Breach, breachKeyText } from '../domain/controls/breaches.ts';
import {
  CONTROL_ACTIONS,
  type ControlAction,
  WATCHED_PERIODS,
} from '../domain/controls/thresholds.ts';
import { COUNT_UNITS } from '../domain/ledger/counts.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import { additionOfAction, type TakenAction } from './control-actions.ts';
import { level } from './cost-thresholds.ts';
import { money, named, number, optional, text, words } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { anyScope } from './codec/scope.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item, Key } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { readMany } from './read-many.ts';

/**
 * Breaches, one item per scope, threshold and period. Access patterns: raise a breach once,
 * together with the action taken; which of some breaches have been raised; a scope's breaches; an
 * organization's breaches by time; breaches whose alert has not been sent (sparse: `pending` is
 * removed once it was).
 */
export const thresholdBreachesTable = defineTable({
  name: 'threshold-breaches',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  indexes: [
    {
      name: 'byTime',
      partitionKey: { name: 'organizationId', type: 'S' },
      sortKey: { name: 'timeKey', type: 'S' },
      projection: 'ALL',
    },
    {
      name: 'pending',
      partitionKey: { name: 'pending', type: 'S' },
      sortKey: { name: 'timeKey', type: 'S' },
      projection: 'ALL',
    },
  ],
});

/** `suppressed`: the preferences exclude this alert. */
export type NotificationState = (typeof NOTIFICATION_STATES)[number];
const NOTIFICATION_STATES = ['pending', 'sent', 'suppressed'] as const;

export type RaisedBreach = Breach & {
  organizationId: string;
  raisedAtMs: number;
  /** The action that was taken; `level.action` is the configured one. */
  executedAction: ControlAction;
  notification: NotificationState;
  notifiedAtMs?: number | undefined;
  /** The credential of a user without levels of their own, who may be new. */
  keyId?: string | undefined;
  /** The attempt that tells people of it. */
  tellingId?: string | undefined;
};

/** Names a breach within its organization; `key` is `breachKeyText`. */
export type BreachRef = ScopeRef & { key: string };

export type BreachPage = { breaches: RaisedBreach[]; next?: string | undefined };

const PENDING = 'alert';

export const breachCodec = itemCodec(thresholdBreachesTable, 'breach', {
  organizationId: text,
  scope: anyScope,
  scopeId: text,
  spelling: optional(text),
  period: words(WATCHED_PERIODS),
  periodKey: text,
  // Named when only money was limited.
  spent: named('spentNanoUsd', money),
  level,
  limit: named('limitNanoUsd', money),
  unit: optional(words(COUNT_UNITS)),
  raisedAtMs: number,
  executedAction: words(CONTROL_ACTIONS),
  endsAtMs: optional(number),
  notification: words(NOTIFICATION_STATES),
  notifiedAtMs: optional(number),
  keyId: optional(text),
  tellingId: optional(text),
});

export type ThresholdBreachStore = ReturnType<typeof createThresholdBreachStore>;

export const createThresholdBreachStore = (db: DynamoDb) => ({
  ...raisings(db),
  ...pendingBreaches(db),
  ...breachLists(db),
});

/** Raises each breach once. */
function raisings(db: DynamoDb) {
  return {
    /** The breaches that have not been raised yet. */
    async notYetRaised(organizationId: string, breaches: readonly Breach[]): Promise<Breach[]> {
      const keys = breaches.map((breach) => keyOf({ ...breach, organizationId }));
      const items = await readMany(db, thresholdBreachesTable.name, keys);
      return breaches.filter((_, position) => items[position] === undefined);
    },

    /**
     * Raises a breach and adds the action taken, in one transaction.
     * @returns whether this call raised it: `false` if it was raised before, `undefined` if a
     *   conflict left it undecided
     */
    async raise(breach: RaisedBreach, action: TakenAction): Promise<boolean | undefined> {
      const result = await db.transact([
        {
          kind: 'put',
          table: thresholdBreachesTable.name,
          item: {
            ...breachCodec.encode(breach),
            ...keyOf(breach),
            timeKey: timeKeyOf(breach),
            ...(breach.notification === 'pending' ? { pending: PENDING } : {}),
          },
          condition: 'attribute_not_exists(pk)',
        },
        additionOfAction(action),
      ]);
      if (result.ok) return true;
      return result.reasons.some(({ kind }) => kind === 'condition') ? false : undefined;
    },

    /** Makes a run the only one that tells of a pending breach. @returns whether it is */
    async claimTelling(breach: RaisedBreach, tellingId: string): Promise<boolean> {
      const result = await db.write({
        kind: 'update',
        table: thresholdBreachesTable.name,
        key: keyOf(breach),
        update: 'SET tellingId = :tellingId',
        condition: '#pending = :pending AND attribute_not_exists(tellingId)',
        names: { '#pending': 'pending' },
        values: { ':tellingId': tellingId, ':pending': PENDING },
      });
      return result.ok;
    },

    /** Marks a breach's alert as sent. Repeating it changes nothing. */
    async markNotified(breach: RaisedBreach, notifiedAtMs: number): Promise<void> {
      await db.write({
        kind: 'update',
        table: thresholdBreachesTable.name,
        key: keyOf(breach),
        update: 'SET #notification = :sent, #notifiedAtMs = :at REMOVE #pending',
        condition: '#pending = :pending',
        names: {
          '#notification': 'notification',
          '#notifiedAtMs': 'notifiedAtMs',
          '#pending': 'pending',
        },
        values: { ':sent': 'sent', ':at': notifiedAtMs, ':pending': PENDING },
      });
    },
  };
}

/** Breaches whose alert has not been sent. */
function pendingBreaches(db: DynamoDb) {
  return {
    /** Those among named breaches, read consistently. */
    async readPending(organizationId: string, refs: readonly BreachRef[]): Promise<RaisedBreach[]> {
      const keys = refs.map(({ scope, scopeId, key }) => ({
        pk: [organizationId, scope, scopeId].join('#'),
        sk: key,
      }));
      const items = await readMany(db, thresholdBreachesTable.name, keys, { consistent: true });
      return pendingAmong(items.filter((item) => item !== undefined));
    },

    /** An organization's, raised since a given time, at least the newest `limit` breaches. */
    async listPendingOf(
      organizationId: string,
      sinceMs: number,
      limit: number,
    ): Promise<RaisedBreach[]> {
      const query = {
        table: thresholdBreachesTable.name,
        index: 'byTime',
        condition: 'organizationId = :organizationId AND timeKey >= :since',
        values: {
          ':organizationId': organizationId,
          ':since': new Date(sinceMs).toISOString(),
        },
        descending: true,
      };
      return pendingAmong(await queryAll(db, query, limit));
    },

    /** Everybody's, raised before a given time, oldest first. */
    async listPending(raisedBeforeMs: number, limit: number): Promise<RaisedBreach[]> {
      const { items } = await db.query({
        table: thresholdBreachesTable.name,
        index: 'pending',
        condition: '#pending = :pending AND timeKey < :before',
        names: { '#pending': 'pending' },
        values: { ':pending': PENDING, ':before': new Date(raisedBeforeMs).toISOString() },
        limit,
      });
      return items.map((item) => breachCodec.decode(item));
    },
  };
}

const pendingAmong = (items: readonly Item[]): RaisedBreach[] =>
  items
    .map((item) => breachCodec.decode(item))
    .filter(({ notification }) => notification === 'pending');

/** Lists breaches. */
function breachLists(db: DynamoDb) {
  return {
    /** A scope's breaches, by period and newest first. `after` is the previous page's `next`. */
    async listOfScope(
      organizationId: string,
      { scope, scopeId }: ScopeRef,
      page: { limit: number; after?: string | undefined },
    ): Promise<BreachPage> {
      const pk = [organizationId, scope, scopeId].join('#');
      const { items, nextKey } = await db.query({
        table: thresholdBreachesTable.name,
        condition: 'pk = :pk',
        values: { ':pk': pk },
        descending: true,
        limit: page.limit,
        startKey: page.after === undefined ? undefined : { pk, sk: page.after },
      });
      return {
        breaches: items.map((item) => breachCodec.decode(item)),
        next: nextKey === undefined ? undefined : String(nextKey['sk']),
      };
    },

    /** An organization's breaches, newest first. `after` is the previous page's `next`. */
    async listByTime(
      organizationId: string,
      page: { limit: number; after?: string | undefined },
    ): Promise<BreachPage> {
      const { items, nextKey } = await db.query({
        table: thresholdBreachesTable.name,
        index: 'byTime',
        condition: 'organizationId = :organizationId',
        values: { ':organizationId': organizationId },
        descending: true,
        limit: page.limit,
        startKey: page.after === undefined ? undefined : startKeyOf(organizationId, page.after),
      });
      return {
        breaches: items.map((item) => breachCodec.decode(item)),
        next: nextKey === undefined ? undefined : String(nextKey['timeKey']),
      };
    },
  };
}

type BreachIdentity = Breach & { organizationId: string };

const keyOf = (breach: BreachIdentity) => ({
  pk: [breach.organizationId, breach.scope, breach.scopeId].join('#'),
  sk: breachKeyText(breach),
});

/** Starts with the time and includes the rest of the key, so it is enough to continue a list. */
const timeKeyOf = (breach: RaisedBreach): string =>
  [
    new Date(breach.raisedAtMs).toISOString(),
    breach.scope,
    breach.scopeId,
    breachKeyText(breach),
  ].join('#');

function startKeyOf(organizationId: string, timeKey: string): Key {
  const [, scope = '', scopeId = '', ...sk] = timeKey.split('#');
  return {
    organizationId,
    timeKey,
    pk: [organizationId, scope, scopeId].join('#'),
    sk: sk.join('#'),
  };
}
