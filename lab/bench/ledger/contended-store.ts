import { translated } from '../../../aws/dynamodb/answers.ts';
import { ITEM_IN_TRANSACTION, outwaitTransactions } from '../../../aws/json-service/retried.ts';
import { TABLE_DEFINITIONS } from '../../../tables/definitions.ts';
import type { DynamoDb, TransactionWrite } from '../../../tables/dynamodb.ts';
import type { Meter } from './meter.ts';
import { ownValue } from '../../../domain/own-value.ts';

/** How long an injected refusal takes: about the prepare phase of a transaction. */
const REFUSAL_MS = 4;
/** More would only queue in the embedded store and stretch every transaction by the queue. */
const AT_A_TIME = 8;

export const CONTENTION_INJECTED = `Injected, since the embedded store never refuses for contention: whatever meets
a transaction of this process on one of its items is refused after ${REFUSAL_MS} ms; a
transaction is cancelled (TransactionConflict, 2 units per item), a plain write
is answered TransactionConflictException (1 unit) and repeated by the adapter.
The overlap is real: ${AT_A_TIME} calls are with the store at a time, the others wait and
hold nothing. Not injected: throttling at 1,000 write units/s of an item.`;

/**
 * A store whose transactions conflict like DynamoDB's: no transaction or plain write may use an
 * item that another transaction holds. Reads do not conflict.
 * @param onTransaction receives the time for which each transaction held its items
 */
export function contendedStore(
  db: DynamoDb,
  meter: Meter,
  onTransaction: (ms: number) => void,
): DynamoDb {
  const inTransaction = new Set<string>();
  const atStore = createGate(AT_A_TIME);
  return {
    get: (request) => atStore(() => db.get(request)),
    batchGet: (keys, options) => atStore(() => db.batchGet(keys, options)),
    query: (query) => atStore(() => db.query(query)),
    scan: (request) => db.scan(request),
    write: (write) =>
      outwaitTransactions(async () => {
        const result = await atStore(async () =>
          inTransaction.has(keyText(write)) ? 'in transaction' : db.write(write),
        );
        if (result !== 'in transaction') return result;
        await refusal();
        meter.count({ refusedUnits: 1, conflicts: 1 });
        throw Object.assign(new Error(result), { name: ITEM_IN_TRANSACTION });
      }).catch((error: unknown) => {
        throw translated(error);
      }),
    async transact(writes) {
      const keys = writes.map(keyText);
      const isBusy = (): boolean => keys.some((key) => inTransaction.has(key));
      const conflict = async () => {
        const reasons = keys.map((key) => {
          const kind = inTransaction.has(key) ? ('conflict' as const) : ('none' as const);
          return { kind };
        });
        await refusal();
        return { ok: false as const, reasons };
      };
      if (isBusy()) return conflict();
      const result = await atStore(async () => {
        if (isBusy()) return { conflict: conflict() };
        for (const key of keys) inTransaction.add(key);
        const beganMs = performance.now();
        try {
          return { done: await db.transact(writes) };
        } finally {
          onTransaction(performance.now() - beganMs);
          for (const key of keys) inTransaction.delete(key);
        }
      });
      return result.done ?? result.conflict;
    },
  };
}

/** Runs at most this many at a time; the others wait in order. */
function createGate(places: number) {
  let free = places;
  const waiting: (() => void)[] = [];
  return async <Answer>(work: () => Promise<Answer>): Promise<Answer> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}

const refusal = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, REFUSAL_MS));

function keyText(write: TransactionWrite): string {
  const attributes = write.kind === 'put' ? write.item : write.key;
  const table = Object.values(TABLE_DEFINITIONS).find(({ name }) => name === write.table);
  const names = [table?.partitionKey.name, table?.sortKey?.name];
  return JSON.stringify([
    write.table,
    ...names.map((name) => String(name && ownValue<unknown>(attributes, name))),
  ]);
}
