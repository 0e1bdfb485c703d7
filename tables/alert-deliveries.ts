import { createHash } from 'node:crypto';
import { alertMessage } from '../contracts/alert-message.ts';
import { eventMessage } from '../contracts/event-message.ts';
import type { Alert } from '../domain/alerts/alert.ts';
import { ALERT_CHANNELS, type AlertChannel } from '../domain/alerts/alert-channel.ts';
import type { PurserEvent } from '../domain/events/purser-event.ts';
import { json, mapped, named, text, words } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable, type StreamFilter } from './definition.ts';
import type { DynamoDb, Item } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { secondsAfter } from './time-to-live.ts';

/**
 * Who was notified of what: one item per alert or event (by its `dedupKey`), channel and address, so
 * that nothing is sent twice. Access patterns: claim a delivery before making it, and record the
 * result; hold one until a given time; list held ones that are due (sparse: `due` is removed once
 * sent); follow new events that wait to be put on the bus, by the stream. Addresses are stored as
 * hashes, because some are secrets.
 */
export const alertDeliveriesTable = defineTable({
  name: 'alert-deliveries',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  stream: true,
  timeToLiveAttribute: 'expiresAt',
  indexes: [
    {
      name: 'due',
      partitionKey: { name: 'due', type: 'S' },
      sortKey: { name: 'dueKey', type: 'S' },
      projection: 'ALL',
    },
  ],
});

/** Longer than a month, the longest period in which an alert stays the same. */
const KEPT_DAYS = 35;
/**
 * A run that claimed a delivery this long ago has died, because its function may run for 20
 * seconds.
 */
const LEASE_MS = 30_000;
const HELD = 'held';
const PENDING = 'pending';

/** Events that wait to be put on the bus. */
export const PENDING_EVENTS: StreamFilter = { state: { S: [PENDING] } };

/** Permanently identifies one delivery: `of` the alert, `to` the channel and address. */
export type DeliveryId = { of: string; to: string };

/** An alert that waits until it may be sent. */
export type HeldAlert = DeliveryId & { channel: AlertChannel; alert: Alert };

export const heldAlertCodec = itemCodec(alertDeliveriesTable, 'held alert', {
  of: named('pk', text),
  to: named('sk', text),
  channel: words(ALERT_CHANNELS),
  alert: mapped(
    json<unknown>(),
    (alert): Alert => alertMessage.parse(alert),
    (alert: Alert) => alert,
  ),
});

/** The address of the event bus. */
const BUS = { channel: 'event-bus', address: 'default' };

export const pendingEventCodec = itemCodec(alertDeliveriesTable, 'pending event', {
  of: named('pk', text),
  to: named('sk', text),
  event: mapped(
    json<unknown>(),
    (event): PurserEvent => eventMessage.parse(event),
    (event: PurserEvent) => event,
  ),
});

/** The event of an item that waits; `undefined` for other items. */
export const pendingEventIn = (item: Item): PurserEvent | undefined =>
  item['state'] === PENDING ? pendingEventCodec.decode(item).event : undefined;

/** Identifies the delivery of an event to the bus. */
export const eventDeliveryIdOf = (event: Pick<Alert, 'organizationId' | 'dedupKey'>): DeliveryId =>
  deliveryIdOf(event, BUS);

/** Identifies the delivery of an alert to an address without revealing the address. */
export const deliveryIdOf = (
  { organizationId, dedupKey }: Pick<Alert, 'organizationId' | 'dedupKey'>,
  { channel, address }: { channel: string; address: string },
): DeliveryId => ({
  of: `${organizationId}#${dedupKey}`,
  to: `${channel}#${createHash('sha256').update(address).digest('base64url')}`,
});

export type AlertDeliveryStore = ReturnType<typeof createAlertDeliveryStore>;

export const createAlertDeliveryStore = (db: DynamoDb) => ({
  ...claims(db),
  ...heldAlerts(db),
  ...pendingEvents(db),
});

/** Deliveries that are sent now. */
function claims(db: DynamoDb) {
  const table = alertDeliveriesTable.name;
  const names = { '#state': 'state' };

  return {
    /**
     * Claims a delivery for 30 seconds.
     * @returns `claimed` if the caller should send it; `done` if it was sent or is held; `busy` if
     *   another run is about to send it
     */
    async claim(id: DeliveryId, nowMs: number): Promise<'claimed' | 'done' | 'busy'> {
      const result = await db.write({
        kind: 'update',
        table,
        key: keyOf(id),
        update:
          'SET #state = :sending, leaseUntilMs = :lease, expiresAt = :expires ADD attempts :one',
        condition:
          'attribute_not_exists(pk) OR #state IN (:failed, :pending) OR (#state = :sending AND leaseUntilMs < :now)',
        names,
        values: {
          ':sending': 'sending',
          ':failed': 'failed',
          ':pending': PENDING,
          ':lease': nowMs + LEASE_MS,
          ':expires': expiryOf(nowMs),
          ':now': nowMs,
          ':one': 1,
        },
      });
      if (result.ok) return 'claimed';
      return result.reason.old?.['state'] === 'sending' ? 'busy' : 'done';
    },

    /** Records the result of a claimed delivery. A failed one can be claimed again at once. */
    async settle(id: DeliveryId, state: 'sent' | 'failed', nowMs: number): Promise<void> {
      await db.write({
        kind: 'update',
        table,
        key: keyOf(id),
        update: 'SET #state = :state, settledAtMs = :now',
        names,
        values: { ':state': state, ':now': nowMs },
      });
    },
  };
}

/** Events that wait to be put on the bus. The table's stream tells of each new one. */
const pendingEvents = (db: DynamoDb) => ({
  /** Stores an event to be put on the bus, unless it was stored or put before. */
  async addEvent(event: PurserEvent, nowMs: number): Promise<void> {
    await db.write({
      kind: 'put',
      table: alertDeliveriesTable.name,
      item: {
        ...pendingEventCodec.encode({ ...eventDeliveryIdOf(event), event }),
        state: PENDING,
        expiresAt: expiryOf(nowMs),
      },
      condition: 'attribute_not_exists(pk)',
    });
  },
});

/** Alerts that wait until they are due. */
function heldAlerts(db: DynamoDb) {
  const table = alertDeliveriesTable.name;
  const names = { '#state': 'state' };

  return {
    /** Holds an alert until a given time, unless it was sent or is already held. */
    async hold(heldAlert: HeldAlert, dueAtMs: number): Promise<void> {
      await db.write({
        kind: 'put',
        table,
        item: {
          ...heldAlertCodec.encode(heldAlert),
          state: HELD,
          due: HELD,
          dueKey: dueKeyOf(heldAlert, dueAtMs),
          expiresAt: expiryOf(dueAtMs),
        },
        condition: 'attribute_not_exists(pk) OR #state = :failed',
        names,
        values: { ':failed': 'failed' },
      });
    },

    /** Held alerts that are due, oldest first. */
    async listDue(nowMs: number, limit: number): Promise<HeldAlert[]> {
      const query = {
        table,
        index: 'due',
        condition: 'due = :held AND dueKey < :after',
        values: { ':held': HELD, ':after': new Date(nowMs + 1).toISOString() },
        limit,
      };
      return (await queryAll(db, query, limit))
        .slice(0, limit)
        .map((item) => heldAlertCodec.decode(item));
    },

    /** Changes when a held alert is due, unless it was released. */
    async postpone(id: DeliveryId, dueAtMs: number): Promise<void> {
      await db.write({
        kind: 'update',
        table,
        key: keyOf(id),
        update: 'SET dueKey = :dueKey',
        condition: 'due = :held',
        values: { ':held': HELD, ':dueKey': dueKeyOf(id, dueAtMs) },
      });
    },

    /** Releases a held alert that was sent in a digest or is no longer wanted. */
    async release(id: DeliveryId, state: 'sent' | 'dropped', nowMs: number): Promise<void> {
      await db.write({
        kind: 'update',
        table,
        key: keyOf(id),
        update: 'SET #state = :state, settledAtMs = :now REMOVE due, dueKey, alert',
        names,
        values: { ':state': state, ':now': nowMs },
      });
    },
  };
}

const keyOf = ({ of, to }: DeliveryId) => ({ pk: of, sk: to });

const dueKeyOf = ({ of, to }: DeliveryId, dueAtMs: number): string =>
  [new Date(dueAtMs).toISOString(), of, to].join('#');

const expiryOf = (nowMs: number): number => secondsAfter(nowMs, KEPT_DAYS);
