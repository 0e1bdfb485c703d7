import type { Balance } from '../../domain/ledger/budget.ts';
import type { Violation } from '../../domain/ledger/conservation.ts';
import type { BalanceSums } from '../../domain/ledger/conservation-sums.ts';
import { balanceId } from '../../domain/ledger/settled-sums.ts';
import { textHash } from '../../domain/text-hash.ts';
import { flag, json, list, named, number, optional, text } from '../codec/attributes.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { DynamoDb, Key } from '../dynamodb.ts';
import { queryAll } from '../query-all.ts';
import { secondsAfter } from '../time-to-live.ts';
import { ledgerTable } from './table.ts';

/** What one part of a scan says about a balance. */
export type ProofRow = {
  organizationId: string;
  name: string;
  sums: BalanceSums;
  /** The balance itself, in the part that met it. */
  balance?: Balance;
};

/** How far a proof of the whole ledger has come. */
export type ProofState = {
  beganAtMs: number;
  /** The number of finished scans. */
  scans: number;
  /** Where the current scan goes on; absent at its beginning and once it is finished. */
  startKey: Key | undefined;
  isScanned: boolean;
  isDone: boolean;
  /** The parts of the current scan. Parts of a run that failed are not among them. */
  parts: string[];
  /** What the current scan found wrong with single items. */
  faults: Violation[];
  /** What every finished scan found; the result, once the proof is done. */
  violations: Violation[];
};

/** Balances are judged bucket by bucket, so that one bucket of any ledger fits into memory. */
export const PROOF_BUCKETS = 64;
const ROWS_PER_ITEM = 300;
const KEPT_DAYS = 60;

export const proofStateCodec = itemCodec(ledgerTable, 'proof', {
  beganAtMs: named('began', number),
  scans: number,
  startKey: named('key', optional(json<Key>())),
  isScanned: named('scanned', flag),
  isDone: named('done', flag),
  parts: list(text),
  faults: json<Violation[]>(),
  violations: json<Violation[]>(),
  version: named('ver', number),
});

/** Amounts are stored as text, because JSON has no exact integers. */
const exact = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value;

export const proofPartCodec = itemCodec(ledgerTable, 'part of a proof', {
  rows: json<unknown[]>(exact),
});

const { name: table } = ledgerTable;
const STATE = { pk: 'check', sk: 'proof' };
const partitionOf = (part: string, bucket: number): string => `proof#${part}#${bucket}`;

export type ProofStore = ReturnType<typeof createProofStore>;

/** The progress of a proof, and what its parts add up to. */
export const createProofStore = (db: DynamoDb) => ({
  async read(): Promise<{ state: ProofState; version: number } | undefined> {
    const item = await db.get({ table, key: STATE, consistent: true });
    if (!item) return undefined;
    const { version, ...state } = proofStateCodec.decode(item);
    return { state, version };
  },

  /** @returns false if another run has stored a state since this version */
  async save(state: ProofState, version: number): Promise<boolean> {
    const item = { ...STATE, ...proofStateCodec.encode({ ...state, version: version + 1 }) };
    const result = await db.write(
      version === 0
        ? { kind: 'put', table, item, condition: 'attribute_not_exists(pk)' }
        : { kind: 'put', table, item, condition: 'ver = :was', values: { ':was': version } },
    );
    return result.ok;
  },

  /** Stores a part. It counts once the state names it. */
  async putPart(part: string, rows: readonly ProofRow[], nowMs: number): Promise<void> {
    const buckets = Map.groupBy(rows, bucketOf);
    for (const [bucket, own] of buckets) {
      for (let first = 0; first < own.length; first += ROWS_PER_ITEM) {
        await db.write({
          kind: 'put',
          table,
          item: {
            pk: partitionOf(part, bucket),
            sk: String(first),
            ...proofPartCodec.encode({ rows: own.slice(first, first + ROWS_PER_ITEM) }),
            ttl: secondsAfter(nowMs, KEPT_DAYS),
          },
        });
      }
    }
  },

  /** The rows of one bucket in one part. */
  async listRows(part: string, bucket: number): Promise<ProofRow[]> {
    const items = await queryAll(db, {
      table,
      condition: 'pk = :pk',
      values: { ':pk': partitionOf(part, bucket) },
      consistent: true,
    });
    return items.flatMap((item) => proofPartCodec.decode(item).rows.map(exactRow));
  },
});

const bucketOf = ({ organizationId, name }: ProofRow): number =>
  textHash(balanceId(organizationId, name)) % PROOF_BUCKETS;

/** Makes amounts integers again. */
function exactRow(stored: unknown): ProofRow {
  return withAmounts(stored) as ProofRow;
}

const withAmounts = (value: unknown, member = ''): unknown => {
  if (typeof value === 'string' && member.endsWith('NanoUsd')) return BigInt(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, withAmounts(each, name)]),
  );
};
