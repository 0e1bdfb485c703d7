import type { TableDefinition } from '../../tables/definition.ts';
import type {
  CancellationReason,
  DynamoDb,
  Item,
  TransactionWrite,
} from '../../tables/dynamodb.ts';
import { checkBindings, ExpressionError, parseCondition, parseUpdate } from './expressions.ts';
import { firstPage, type Tables, tablesOf } from './memory-table.ts';
import { storedItem } from './stored-values.ts';

/** One item that an atomic commit changed. */
export type Change = { table: string; before: Item | undefined; after: Item | undefined };

/** The port without promises: every call happens instantly. */
export type InstantStore = {
  [Method in keyof DynamoDb]: (
    ...args: Parameters<DynamoDb[Method]>
  ) => Awaited<ReturnType<DynamoDb[Method]>>;
} & {
  /** The current results of a transaction's conditions, without changing anything. */
  judge(writes: TransactionWrite[]): CancellationReason[];
};

type Options = {
  /** Items per page of a query or scan, where DynamoDB would end a page at 1 MB. */
  pageItems?: number;
  /** Called right after every commit. */
  onCommit?: (changes: Change[]) => void;
};

/** The store's content, with its settings. */
type Memory = { tables: Tables; pageItems: number; onCommit: (changes: Change[]) => void };

/**
 * An in-memory `DynamoDb` port. Evaluates the expressions that `tables/` sends with DynamoDB's
 * semantics, and throws on unknown ones. Reads are always consistent.
 */
export function createMemoryStore(
  definitions: readonly TableDefinition[],
  { pageItems = Infinity, onCommit = () => {} }: Options = {},
) {
  const memory: Memory = { tables: tablesOf(definitions), pageItems, onCommit };
  const { tables } = memory;

  const get: InstantStore['get'] = ({ table, key }) => {
    const item = tables(table).items.get(tables(table).keyText(key));
    return item && storedItem(item);
  };

  const store: InstantStore = {
    get,
    batchGet(keys) {
      if (keys.length > 100) throw new ExpressionError('more than 100 keys');
      return keys.map(get);
    },
    query: (query) => queryOn(memory, query),
    scan: (request) => scanOn(memory, request),
    write: (write) => writeOn(memory, write),
    transact: (writes) => transactOn(memory, writes),
    judge: (writes) => writes.map((write) => reasonOf(outcomeOf(tables, write))),
  };
  return { store, db: asynchronous(store) };
}

/** A method of the port, told what it works on. */
type On<Name extends keyof DynamoDb> = (
  memory: Memory,
  ...args: Parameters<InstantStore[Name]>
) => ReturnType<InstantStore[Name]>;

const queryOn: On<'query'> = (
  { tables, pageItems },
  { table: name, index, condition, filter, descending, limit, startKey, ...request },
) => {
  const table = tables(name);
  const bindings = { names: request.names, values: request.values && storedItem(request.values) };
  checkBindings([condition, filter], bindings as typeof request);
  const sortKeys = index === undefined ? table.keyNames : table.indexKeys(index);
  const [partitionKey = ''] = sortKeys;
  const asked = condition.match(/^(\w+) = (:\w+)(?: AND |$)/);
  if (asked?.[1] !== partitionKey) throw new ExpressionError('a query asks one partition');
  const direction = descending ? -1 : 1;
  const partition = bindings.values?.[asked[2] ?? ''];
  if (index !== undefined && request.consistent) {
    throw new ExpressionError('an index is never consistent');
  }
  const matches = parseCondition(condition);
  const items: Item[] = [];
  for (const item of table.items.values()) {
    if (item[partitionKey] !== partition) continue;
    if (!sortKeys.every((key) => item[key] !== undefined)) continue;
    if (!matches(item, bindings as typeof request)) continue;
    if (startKey && table.compare(item, startKey, sortKeys) * direction <= 0) continue;
    items.push(item);
  }
  items.sort((a, b) => table.compare(a, b, sortKeys) * direction);
  const size = Math.min(limit ?? Infinity, pageItems);
  const { looked, nextKey } = firstPage(table, items, { limit: size, sortKeys });
  const passes = filter === undefined ? () => true : parseCondition(filter);
  return {
    items: looked.filter((item) => passes(item, bindings as typeof request)).map(storedItem),
    nextKey,
  };
};

const scanOn: On<'scan'> = ({ tables, pageItems }, { table: name, startKey }) => {
  const table = tables(name);
  const items = [...table.items.values()]
    .filter((item) => !startKey || table.compare(item, startKey, []) > 0)
    .toSorted((a, b) => table.compare(a, b, []));
  const { looked, nextKey } = firstPage(table, items, { limit: pageItems, sortKeys: [] });
  return { items: looked.map(storedItem), nextKey };
};

const writeOn: On<'write'> = (memory, write) => {
  const outcome = outcomeOf(memory.tables, write);
  if (!outcome.ok) return { ok: false, reason: { kind: 'condition', old: outcome.old } };
  commit(memory, [outcome]);
  const { before, after } = outcome.change ?? {};
  const item = write.kind === 'update' ? after : before;
  return { ok: true, item: item && storedItem(item) };
};

const transactOn: On<'transact'> = (memory, writes) => {
  const { tables } = memory;
  if (writes.length === 0 || writes.length > 100) throw new ExpressionError('1 to 100 writes');
  const keys = writes.map((write) => `${write.table}\n${keyTextOf(tables, write)}`);
  if (new Set(keys).size < keys.length) throw new ExpressionError('two writes on one item');
  const outcomes = writes.map((write) => outcomeOf(tables, write));
  const done = outcomes.filter((outcome) => outcome.ok);
  if (done.length < outcomes.length) return { ok: false, reasons: outcomes.map(reasonOf) };
  commit(memory, done);
  return { ok: true };
};

const keyTextOf = (tables: Tables, write: TransactionWrite): string =>
  tables(write.table).keyText(write.kind === 'put' ? write.item : write.key);

type Outcome =
  { ok: true; key: string; change: Change | undefined } | { ok: false; old: Item | undefined };

/** What a write would do now, without changing anything. */
function outcomeOf(tables: Tables, write: TransactionWrite): Outcome {
  const key = keyTextOf(tables, write);
  const old = tables(write.table).items.get(key);
  const bindings = {
    names: write.names,
    values: write.values && (storedItem(write.values) as typeof write.values),
  };
  const { condition } = write;
  checkBindings([condition, write.kind === 'update' ? write.update : undefined], bindings);
  const update = write.kind === 'update' ? parseUpdate(write.update)(bindings) : undefined;
  if (condition !== undefined && !parseCondition(condition)(old, bindings)) {
    return { ok: false, old: old && storedItem(old) };
  }
  if (write.kind === 'check') return { ok: true, key, change: undefined };
  const after =
    write.kind === 'put' ? storedItem(write.item) : update?.(old, storedItem(write.key));
  return { ok: true, key, change: { table: write.table, before: old, after } };
}

const reasonOf = (outcome: Outcome): CancellationReason =>
  outcome.ok ? { kind: 'none' } : { kind: 'condition', old: outcome.old };

function commit({ tables, onCommit }: Memory, outcomes: Extract<Outcome, { ok: true }>[]): void {
  const changes: Change[] = [];
  for (const { key, change } of outcomes) {
    if (!change) continue;
    const { items } = tables(change.table);
    if (change.after) items.set(key, change.after);
    else items.delete(key);
    changes.push(change);
  }
  if (changes.length > 0) onCommit(changes);
}

/** The port itself: each call takes effect when it is made. */
function asynchronous(store: InstantStore): DynamoDb {
  return {
    get: async (request) => store.get(request),
    batchGet: async (keys, options) => store.batchGet(keys, options),
    query: async (query) => store.query(query),
    write: async (write) => store.write(write),
    transact: async (writes) => store.transact(writes),
    scan: async (request) => store.scan(request),
  };
}
