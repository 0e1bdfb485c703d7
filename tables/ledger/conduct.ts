import type { Claim, Claimed } from '../../domain/ledger/claim.ts';
import {
  type Conduct,
  type ConductChange,
  ROUTE_RECORDS,
  type RouteConduct,
} from '../../domain/ledger/conduct.ts';
import { money, named, optional } from '../codec/attributes.ts';
import { eachOf } from '../codec/fields.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { DynamoDb, Item, TransactionWrite } from '../dynamodb.ts';
import type { ItemRead } from '../read-plan.ts';
import { secondsAfter } from '../time-to-live.ts';
import type { LedgerKey } from './key.ts';
import { ledgerTable } from './table.ts';

const CONDUCT = 'conduct';
const CLAIMS_KEPT_DAYS = 2;
/** The attributes of one route's record. */
const attributesOf = (number: number) => ({
  declared: `d${number}`,
  settled: `s${number}`,
  settlements: `n${number}`,
  overruns: `o${number}`,
});
const ROUTES = Array.from({ length: ROUTE_RECORDS }, (_, number) => attributesOf(number));
const ROUTE_ATTRIBUTES = ROUTES.flatMap((names) => Object.values(names));

/** How a key declares and states costs. Keys that never deviated have no such item. */
const conductKey = (organizationId: string, keyId: string): LedgerKey => ({
  pk: `conduct#${organizationId}#${keyId}`,
  sk: CONDUCT,
});

const claimKey = ({ organizationId, keyId, hour }: Claim): LedgerKey => ({
  pk: `claims#${organizationId}#${keyId}`,
  sk: hour,
});

/** Sums of disputed amounts and, by route, of declared and settled amounts. Absent ones are 0. */
export const conductCodec = itemCodec(ledgerTable, 'conduct', {
  dsp: optional(money),
  ...eachOf(ROUTE_ATTRIBUTES, optional(money)),
});

/** What one key has claimed in one hour. */
export const claimCodec = itemCodec(ledgerTable, 'claim', { claimedNanoUsd: named('c', money) });

function parseConduct(item: Item | undefined): Conduct {
  const routes = new Map<number, RouteConduct>();
  if (!item) return { disputedNanoUsd: 0n, routes };
  const sums = new Map(Object.entries(conductCodec.decode(item)));
  const sumOf = (name: string): bigint => sums.get(name) ?? 0n;
  for (const [number, names] of ROUTES.entries()) {
    const settlements = Number(sumOf(names.settlements));
    if (settlements === 0) continue;
    routes.set(number, {
      declaredNanoUsd: sumOf(names.declared),
      settledNanoUsd: sumOf(names.settled),
      settlements,
      overruns: Number(sumOf(names.overruns)),
    });
  }
  return { disputedNanoUsd: sumOf('dsp'), routes };
}

/** The write that adds to a key's conduct. Most changes need none. */
export function conductWrites(change: ConductChange | undefined): TransactionWrite[] {
  if (!change) return [];
  const { route, disputedNanoUsd } = change;
  const sums: [name: string, by: bigint][] = [['dsp', disputedNanoUsd]];
  if (route) {
    const names = attributesOf(route.number);
    sums.push(
      [names.declared, route.declaredNanoUsd],
      [names.settled, route.settledNanoUsd],
      [names.settlements, BigInt(route.settlements)],
      [names.overruns, BigInt(route.overruns)],
    );
  }
  const added = sums.filter(([, by]) => by !== 0n);
  return [
    {
      kind: 'update',
      table: ledgerTable.name,
      key: conductKey(change.organizationId, change.keyId),
      update: `ADD ${added.map(([name]) => `${name} :${name}`).join(', ')}`,
      values: Object.fromEntries(added.map(([name, by]) => [`:${name}`, by])),
    },
  ];
}

/**
 * The write that adds an amount to a key's claim. It fails if more was claimed since the claim was
 * read.
 */
export function claimWrites(claimed: Claimed | undefined): TransactionWrite[] {
  if (!claimed || claimed.amountNanoUsd <= 0n) return [];
  const { claim, amountNanoUsd } = claimed;
  const table = ledgerTable.name;
  const key = claimKey(claim);
  if (claim.claimedNanoUsd === undefined) {
    const ttl = secondsAfter(Date.parse(`${claim.hour}:00:00Z`), CLAIMS_KEPT_DAYS);
    const item = { ...key, ...claimCodec.encode({ claimedNanoUsd: amountNanoUsd }), ttl };
    return [{ kind: 'put', table, item, condition: 'attribute_not_exists(pk)' }];
  }
  const most = claim.limitNanoUsd - amountNanoUsd;
  return [
    {
      kind: 'update',
      table,
      key,
      update: 'SET c = c + :by',
      condition: 'c <= :most',
      values: { ':by': amountNanoUsd, ':most': most },
    },
  ];
}

/** A key's conduct. */
export const conductRead = (organizationId: string, keyId: string): ItemRead<Conduct> => ({
  table: ledgerTable.name,
  key: conductKey(organizationId, keyId),
  parse: parseConduct,
});

export type ConductStore = ReturnType<typeof createConductStore>;

/** The conduct and claims of keys. */
export function createConductStore(db: DynamoDb) {
  const table = ledgerTable.name;
  return {
    async get(organizationId: string, keyId: string): Promise<Conduct> {
      const key = conductKey(organizationId, keyId);
      return parseConduct(await db.get({ table, key, consistent: true }));
    },

    /** A claim's current amount in its hour. */
    async readClaim(claim: Claim): Promise<Claim> {
      const item = await db.get({ table, key: claimKey(claim), consistent: true });
      return { ...claim, claimedNanoUsd: item && claimCodec.decode(item).claimedNanoUsd };
    },
  };
}

/** The write that clears what was observed on all routes of a key, but not its disputed amounts. */
export const clearWrite = (organizationId: string, keyId: string): TransactionWrite => ({
  kind: 'update',
  table: ledgerTable.name,
  key: conductKey(organizationId, keyId),
  update: `REMOVE ${ROUTE_ATTRIBUTES.join(', ')}`,
});
