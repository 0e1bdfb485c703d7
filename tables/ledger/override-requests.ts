import {
  type OverrideRequest,
  REQUEST_STATES,
  type RequestTarget,
} from '../../domain/ledger/override-request.ts';
import { PERIODS } from '../../domain/periods.ts';
import { money, number, optional, text, words } from '../codec/attributes.ts';
import { itemCodec } from '../codec/item-codec.ts';
import { anyScope } from '../codec/scope.ts';
import type { DynamoDb, TransactionWrite } from '../dynamodb.ts';
import { secondsAfter } from '../time-to-live.ts';
import { ledgerTable } from './table.ts';

const table = ledgerTable.name;
const HOUR_MS = 3_600_000;
/** At least as long as the entries of the ledger. */
const KEPT_DAYS = 400;

/** A request for an override, in the order in which requests for a budget were made. */
export const requestCodec = itemCodec(ledgerTable, 'override request', {
  requestId: text,
  spelling: optional(text),
  scope: anyScope,
  scopeId: text,
  period: words(PERIODS),
  addNanoUsd: money,
  untilMs: optional(number),
  reason: text,
  state: words(REQUEST_STATES),
  askedBy: text,
  askedAtMs: number,
  decidedBy: optional(text),
  decidedAtMs: optional(number),
  decisionReason: optional(text),
  adjustmentId: optional(text),
  ttl: number,
});

/** How many requests one caller made in an hour. */
export const askedCodec = itemCodec(ledgerTable, 'override requests of an hour', {
  count: number,
  ttl: number,
});

const keyOf = (organizationId: string, target: RequestTarget, requestId: string) => ({
  pk: `override-requests#${organizationId}#${target.scope}#${target.scopeId}`,
  sk: `${target.period}#${requestId}`,
});

const hourKey = (organizationId: string, actor: string, nowMs: number) => ({
  pk: `override-requests-by#${organizationId}#${actor}`,
  sk: String(Math.floor(nowMs / HOUR_MS)),
});

const itemOf = (organizationId: string, request: OverrideRequest) => ({
  ...keyOf(organizationId, request, request.requestId),
  ...requestCodec.encode({ ...request, ttl: secondsAfter(request.askedAtMs, KEPT_DAYS) }),
});

/** A request's ID. IDs sort by the time at which the requests were made. */
export const requestIdOf = (askedAtMs: number, random: string): string =>
  `${String(askedAtMs).padStart(14, '0')}-${random}`;

export type OverrideRequestStore = ReturnType<typeof createOverrideRequestStore>;

/** Requests for overrides. */
export function createOverrideRequestStore(db: DynamoDb) {
  return {
    async get(
      organizationId: string,
      target: RequestTarget,
      requestId: string,
    ): Promise<OverrideRequest | undefined> {
      const key = keyOf(organizationId, target, requestId);
      const item = await db.get({ table, key, consistent: true });
      return item && requestCodec.decode(item);
    },

    /** One page of a budget's requests, newest first. @param page `after` is a request's ID */
    async list(
      organizationId: string,
      target: RequestTarget,
      { limit, after }: { limit: number; after?: string | undefined },
    ): Promise<{ requests: OverrideRequest[]; next?: string | undefined }> {
      const { pk, sk } = keyOf(organizationId, target, '');
      const answer = await db.query({
        table,
        condition: 'pk = :pk AND begins_with(sk, :period)',
        values: { ':pk': pk, ':period': sk },
        startKey: after === undefined ? undefined : keyOf(organizationId, target, after),
        descending: true,
        limit,
        consistent: true,
      });
      const requests = answer.items.map((item) => requestCodec.decode(item));
      return { requests, next: answer.nextKey && requests.at(-1)?.requestId };
    },

    /** How many requests a caller has made in this hour. */
    async countOfHour(organizationId: string, actor: string, nowMs: number): Promise<number> {
      const key = hourKey(organizationId, actor, nowMs);
      const item = await db.get({ table, key, consistent: true });
      return item ? askedCodec.decode(item).count : 0;
    },
  };
}

/** Writes a new request and counts it. @param count how many the caller had already made in this hour */
export const requestWrites = (
  organizationId: string,
  request: OverrideRequest,
  count: number,
): TransactionWrite[] => [
  {
    kind: 'put',
    table,
    item: itemOf(organizationId, request),
    condition: 'attribute_not_exists(pk)',
  },
  {
    kind: 'put',
    table,
    item: {
      ...hourKey(organizationId, request.askedBy, request.askedAtMs),
      ...askedCodec.encode({
        count: count + 1,
        ttl: secondsAfter(request.askedAtMs, 1),
      }),
    },
    condition: count === 0 ? 'attribute_not_exists(pk)' : '#count = :count',
    ...(count === 0 ? {} : { names: { '#count': 'count' }, values: { ':count': count } }),
  },
];

/** Writes the decision about a request that is still pending. */
export const decisionWrite = (
  organizationId: string,
  request: OverrideRequest,
): TransactionWrite => ({
  kind: 'put',
  table,
  item: itemOf(organizationId, request),
  condition: '#state = :pending',
  names: { '#state': 'state' },
  values: { ':pending': 'pending' },
});
