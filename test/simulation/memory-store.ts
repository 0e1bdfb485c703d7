import type { TableDefinition } from '../../tables/definition.ts';
import type {
  CancellationReason,
  DynamoDb,
  Item,
  Key,
  TransactionWrite,
  Write,
} from '../../tables/dynamodb.ts';
import { checkBindings, ExpressionError, parseCondition, parseUpdate } from './expressions.ts';
import { compareTexts, storedItem } from './stored-values.ts';

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

type Outcome =
  { ok: true; key: string; change: Change | undefined } | { ok: false; old: Item | undefined };

/**
 * An in-memory `DynamoDb` port. Evaluates the expressions that `tables/` sends with DynamoDB's
 * semantics, and throws on unknown ones. Reads are always consistent.
 */
export function createMemoryStore(
  definitions: readonly TableDefinition[],
  { pageItems = Infinity, onCommit }: Options = {},
) {
  const tables = new Map(definitions.map((definition) => [definition.name, tableOf(definition)]));
  const named = (name: string): Table => {
    const table = tables.get(name);
    if (!table) throw new ExpressionError(`there is no table ${name}`);
    return table;
  };

  /** What a write would do now, without changing anything. */
  function outcomeOf(write: TransactionWrite): Outcome {
    const table = named(write.table);
    const key = table.keyText(write.kind === 'put' ? write.item : write.key);
    const old = table.items.get(key);
    const bindings = {
      names: write.names,
      values: write.values && (storedItem(write.values) as typeof write.values),
    };
    checkBindings([write.condition, write.kind === 'update' ? write.update : undefined], bindings);
    const update = write.kind === 'update' ? parseUpdate(write.update)(bindings) : undefined;
    if (write.condition !== undefined && !parseCondition(write.condition)(old, bindings)) {
      return { ok: false, old: old && storedItem(old) };
    }
    if (write.kind === 'check') return { ok: true, key, change: undefined };
    const after =
      write.kind === 'put' ? storedItem(write.item) : update?.(old, storedItem(write.key));
    return { ok: true, key, change: { table: write.table, before: old, after } };
  }

  function commit(outcomes: Extract<Outcome, { ok: true }>[]): void {
    const changes: Change[] = [];
    for (const { key, change } of outcomes) {
      if (!change) continue;
      const { items } = named(change.table);
      if (change.after) items.set(key, change.after);
      else items.delete(key);
      changes.push(change);
    }
    if (changes.length > 0) onCommit?.(changes);
  }

  function page(
    table: Table,
    rest: Item[],
    limit: number,
    sortKeys: string[],
  ): { looked: Item[]; nextKey?: Key | undefined } {
    const looked = rest.slice(0, limit);
    const last = looked.at(-1);
    if (!last || rest.length < limit) return { looked };
    const names = [...new Set([...table.keyNames, ...sortKeys])];
    return { looked, nextKey: Object.fromEntries(names.map((name) => [name, last[name]])) as Key };
  }

  const get: InstantStore['get'] = ({ table, key }) => {
    const item = named(table).items.get(named(table).keyText(key));
    return item && storedItem(item);
  };

  const store: InstantStore = {
    judge: (writes) => writes.map(outcomeOf).map(reasonOf),

    get,

    batchGet(keys) {
      if (keys.length > 100) throw new ExpressionError('more than 100 keys');
      return keys.map(get);
    },

    query({ table: name, index, condition, filter, descending, limit, startKey, ...query }) {
      const table = named(name);
      const bindings = { names: query.names, values: query.values && storedItem(query.values) };
      checkBindings([condition, filter], bindings as typeof query);
      const sortKeys = index === undefined ? table.keyNames : table.indexKeys(index);
      const [partitionKey = ''] = sortKeys;
      const asked = condition.match(/^(\w+) = (:\w+)(?: AND |$)/);
      if (asked?.[1] !== partitionKey) throw new ExpressionError('a query asks one partition');
      const direction = descending ? -1 : 1;
      const partition = bindings.values?.[asked[2] ?? ''];
      if (index !== undefined && query.consistent) {
        throw new ExpressionError('an index is never consistent');
      }
      const matches = parseCondition(condition);
      const items = [...table.items.values()]
        .filter((item) => item[partitionKey] === partition)
        .filter((item) => sortKeys.every((key) => item[key] !== undefined))
        .filter((item) => matches(item, bindings as typeof query))
        .filter((item) => !startKey || table.compare(item, startKey, sortKeys) * direction > 0)
        .toSorted((a, b) => table.compare(a, b, sortKeys) * direction);
      const size = Math.min(limit ?? Infinity, pageItems);
      const { looked, nextKey } = page(table, items, size, sortKeys);
      const passes = filter === undefined ? () => true : parseCondition(filter);
      return {
        items: looked.filter((item) => passes(item, bindings as typeof query)).map(storedItem),
        nextKey,
      };
    },

    write(write: Write) {
      const outcome = outcomeOf(write);
      if (!outcome.ok) return { ok: false, reason: { kind: 'condition', old: outcome.old } };
      commit([outcome]);
      const { before, after } = outcome.change ?? {};
      const item = write.kind === 'update' ? after : before;
      return { ok: true, item: item && storedItem(item) };
    },

    transact(writes) {
      if (writes.length === 0 || writes.length > 100) throw new ExpressionError('1 to 100 writes');
      const keys = writes.map(
        (write) =>
          `${write.table}\n${named(write.table).keyText(write.kind === 'put' ? write.item : write.key)}`,
      );
      if (new Set(keys).size < keys.length) throw new ExpressionError('two writes on one item');
      const outcomes = writes.map(outcomeOf);
      const done = outcomes.filter((outcome) => outcome.ok);
      if (done.length < outcomes.length) return { ok: false, reasons: outcomes.map(reasonOf) };
      commit(done);
      return { ok: true };
    },

    scan({ table: name, startKey }) {
      const table = named(name);
      const matches = [...table.items.values()]
        .filter((item) => !startKey || table.compare(item, startKey, []) > 0)
        .toSorted((a, b) => table.compare(a, b, []));
      const { looked, nextKey } = page(table, matches, pageItems, []);
      return { items: looked.map(storedItem), nextKey };
    },
  };
  return { store, db: asynchronous(store) };
}

const reasonOf = (outcome: Outcome): CancellationReason =>
  outcome.ok ? { kind: 'none' } : { kind: 'condition', old: outcome.old };

type Table = ReturnType<typeof tableOf>;

function tableOf({ name, partitionKey, sortKey, indexes = [] }: TableDefinition) {
  const keys = [{ partitionKey, sortKey }, ...indexes].flatMap((key) => [
    key.partitionKey,
    key.sortKey,
  ]);
  if (keys.some((key) => key?.type === 'N')) throw new ExpressionError('keys are texts');
  const keyNames = [partitionKey.name, ...(sortKey ? [sortKey.name] : [])];
  const keyValue = (key: Item, part: string): string => {
    const value = key[part];
    if (typeof value === 'string' && value !== '') return value;
    throw new ExpressionError(`key ${part} of ${name} is not a text`);
  };
  const keyText = (key: Item): string => keyNames.map((part) => keyValue(key, part)).join('\n');
  const compare = (a: Item, b: Item, sortKeys: string[]): number => {
    for (const part of [...sortKeys, ...keyNames]) {
      const order = compareTexts(String(a[part]), String(b[part]));
      if (order !== 0) return order;
    }
    return 0;
  };
  return {
    keyNames,
    items: new Map<string, Item>(),
    keyText,
    compare,
    indexKeys(indexName: string): string[] {
      const index = indexes.find((each) => each.name === indexName);
      if (!index) throw new ExpressionError(`there is no index ${indexName} of ${name}`);
      return [index.partitionKey.name, ...(index.sortKey ? [index.sortKey.name] : [])];
    },
  };
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
