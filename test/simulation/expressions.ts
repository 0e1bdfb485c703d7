import type { Attribute, Bindings, Item } from '../../tables/dynamodb.ts';
import { compareValues, equalValues, isMap, valueAt } from './stored-values.ts';

/** A request that DynamoDB rejects regardless of the table's content: a bug in the program. */
export class ExpressionError extends Error {
  override name = 'ExpressionError';
}

export type Condition = (item: Item | undefined, bindings: Bindings) => boolean;

/**
 * Applies a bound update to an item, or to none with this key, without modifying the item.
 * @throws ExpressionError if a map in a path is absent, or an operand of a sum is
 */
export type Update = (item: Item | undefined, key: Item) => Item;

type Operand = (item: Item | undefined, bindings: Bindings) => Attribute | undefined;
type Path = (bindings: Bindings) => readonly string[];
/** A value for a path; without a value, removes it. */
type Action = { path: Path; value: Operand };
/** The actions of one update as a tree of names. */
type Changes = Map<string, Operand | Changes>;

const conditions = new Map<string, Condition>();
const updates = new Map<string, (bindings: Bindings) => Update>();
/** Of all expressions of one request. */
const placeholders = new Map<string, ReadonlySet<string>>();

/**
 * Parses a condition, key condition or filter in the subset that `tables/` uses: comparisons,
 * BETWEEN, `begins_with`, `attribute_exists`, `attribute_not_exists`, joined by AND, over names and
 * paths through maps (`a.#b.c`). Members of an absent map are absent.
 * @throws ExpressionError for anything else
 */
export function parseCondition(text: string): Condition {
  const cachedCondition = conditions.get(text);
  if (cachedCondition) return cachedCondition;
  const read = readerOf(text);
  const clauses = [clause(read)];
  while (read.take('AND')) clauses.push(clause(read));
  read.end();
  const condition: Condition = (item, bindings) => clauses.every((each) => each(item, bindings));
  conditions.set(text, condition);
  return condition;
}

/**
 * Parses an update in the subset that `tables/` uses: `SET a = :b, c.#d = e + :f REMOVE g.h`, or
 * either part alone, or `ADD a :b, #c :d` of integers. Reads every operand from the item before the
 * update.
 * @returns a function that binds values, and throws ExpressionError if two paths overlap
 * @throws ExpressionError for anything else
 */
export function parseUpdate(text: string): (bindings: Bindings) => Update {
  const update = updates.get(text);
  if (update) return update;
  const read = readerOf(text);
  const adds = read.take('ADD') ? listOf(read, addition) : [];
  if (adds.length > 0) read.end();
  const sets = adds.length > 0 ? adds : read.take('SET') ? listOf(read, assignment) : [];
  if (sets.length === 0) read.need('REMOVE');
  const removes =
    adds.length === 0 && (sets.length === 0 || read.take('REMOVE')) ? listOf(read, removal) : [];
  read.end();
  const actions = [...sets, ...removes];
  const bind = (bindings: Bindings): Update => {
    const changes = changesOf(actions, bindings);
    return (item, key) => {
      if (!item && sets.length === 0) {
        throw new ExpressionError('stores differ in what REMOVE alone makes of an absent item');
      }
      const before = item ?? key;
      return changed(before, changes, (operand) => operand(before, bindings));
    };
  };
  updates.set(text, bind);
  return bind;
}

function changesOf(actions: readonly Action[], bindings: Bindings): Changes {
  const changes: Changes = new Map();
  for (const { path, value } of actions) {
    const names = path(bindings);
    const overlap = () => new ExpressionError(`path ${names.join('.')} overlaps with another`);
    let inside = changes;
    for (const name of names.slice(0, -1)) {
      const next = inside.get(name) ?? new Map<string, Operand | Changes>();
      if (typeof next === 'function') throw overlap();
      inside.set(name, next);
      inside = next;
    }
    const last = names.at(-1) ?? '';
    if (inside.has(last)) throw overlap();
    inside.set(last, value);
  }
  return changes;
}

function changed(
  map: Item,
  changes: Changes,
  valueOf: (operand: Operand) => Attribute | undefined,
): Record<string, Attribute | undefined> {
  const after = { ...map };
  for (const [name, change] of changes) {
    if (typeof change === 'function') {
      const value = valueOf(change);
      if (value === undefined) delete after[name];
      else after[name] = value;
    } else {
      const inner = after[name];
      if (!isMap(inner)) throw new ExpressionError(`path invalid for update: no map at ${name}`);
      after[name] = changed(inner, change, valueOf);
    }
  }
  return after;
}

/**
 * Every placeholder must be bound and every binding used, as DynamoDB requires.
 * @param texts all expressions of one request
 */
export function checkBindings(texts: readonly (string | undefined)[], bindings: Bindings): void {
  const used = placeholdersIn(texts);
  const { names = {}, values = {} } = bindings;
  const bound = [...Object.keys(names), ...Object.keys(values)];
  if (bound.length !== used.size || !bound.every((name) => used.has(name))) {
    throw new ExpressionError(`placeholders ${[...used].join(' ')} bound ${bound.join(' ')}`);
  }
}

function placeholdersIn(texts: readonly (string | undefined)[]): ReadonlySet<string> {
  const request = texts.join('\n');
  const cachedNames = placeholders.get(request);
  if (cachedNames) return cachedNames;
  const names = new Set(request.match(/[#:]\w+/g) ?? []);
  placeholders.set(request, names);
  return names;
}

type Reader = {
  next(): string;
  take(token: string): boolean;
  need(token: string): void;
  end(): void;
};

function readerOf(text: string): Reader {
  const tokens = text.match(/[#:]?\w+|<>|<=|>=|[^\s\w]/g) ?? [];
  let position = 0;
  const fail = (): never => {
    throw new ExpressionError(`not understood at token ${position + 1}: ${text}`);
  };
  const reader: Reader = {
    next: () => tokens[position++] ?? fail(),
    take(token) {
      const isNext = tokens[position] === token;
      if (isNext) position += 1;
      return isNext;
    },
    need(token) {
      if (!reader.take(token)) fail();
    },
    end() {
      if (position < tokens.length) fail();
    },
  };
  return reader;
}

function listOf<Element>(read: Reader, element: (read: Reader) => Element): Element[] {
  const elements = [element(read)];
  while (read.take(',')) elements.push(element(read));
  return elements;
}

function clause(read: Reader): Condition {
  const first = read.next();
  if (first === 'attribute_exists' || first === 'attribute_not_exists') {
    read.need('(');
    const path = pathOf(read);
    read.need(')');
    const mustExist = first === 'attribute_exists';
    return (item, bindings) => (valueAt(item, path(bindings)) !== undefined) === mustExist;
  }
  if (first === 'begins_with') {
    read.need('(');
    const text = operandOf(read);
    read.need(',');
    const prefix = operandOf(read);
    read.need(')');
    return (item, bindings) => {
      const [whole, start] = [text(item, bindings), prefix(item, bindings)];
      return typeof whole === 'string' && typeof start === 'string' && whole.startsWith(start);
    };
  }
  const left = operandOf(read, first);
  const operator = read.next();
  const right = operandOf(read);
  if (operator === 'BETWEEN') {
    read.need('AND');
    const last = operandOf(read);
    return (item, bindings) => {
      const value = left(item, bindings);
      return (
        compareValues(value, right(item, bindings), (order) => order >= 0) &&
        compareValues(value, last(item, bindings), (order) => order <= 0)
      );
    };
  }
  const compare = COMPARISONS[operator];
  if (!compare) throw new ExpressionError(`operator ${operator} is not in use`);
  return (item, bindings) => compare(left(item, bindings), right(item, bindings));
}

type Comparison = (a: Attribute | undefined, b: Attribute | undefined) => boolean;

/** An absent value equals nothing, not even another absent value. */
const equal: Comparison = (a, b) => a !== undefined && b !== undefined && equalValues(a, b);

const COMPARISONS: Record<string, Comparison | undefined> = {
  '=': equal,
  '<>': (a, b) => !equal(a, b),
  '<': (a, b) => compareValues(a, b, (order) => order < 0),
  '<=': (a, b) => compareValues(a, b, (order) => order <= 0),
  '>': (a, b) => compareValues(a, b, (order) => order > 0),
  '>=': (a, b) => compareValues(a, b, (order) => order >= 0),
};

function addition(read: Reader): Action {
  const path = pathOf(read);
  const by = operandOf(read);
  return {
    path,
    value(item, bindings) {
      const [sum, more] = [valueAt(item, path(bindings)) ?? 0n, by(item, bindings)];
      if (typeof sum !== 'bigint' || typeof more !== 'bigint') {
        throw new ExpressionError('only integers are added');
      }
      return sum + more;
    },
  };
}

const removal = (read: Reader): Action => ({ path: pathOf(read), value: () => undefined });

function assignment(read: Reader): Action {
  const path = pathOf(read);
  read.need('=');
  const first = operandOf(read);
  const sign = read.take('+') ? 1n : read.take('-') ? -1n : undefined;
  if (sign === undefined) {
    return {
      path,
      value(item, bindings) {
        const value = first(item, bindings);
        if (value === undefined) throw new ExpressionError('a path is set to what is absent');
        return value;
      },
    };
  }
  const second = operandOf(read);
  return {
    path,
    value(item, bindings) {
      const [a, b] = [first(item, bindings), second(item, bindings)];
      if (typeof a !== 'bigint' || typeof b !== 'bigint') {
        throw new ExpressionError('only integers that are there can be added and subtracted');
      }
      return a + sign * b;
    },
  };
}

function operandOf(read: Reader, first = read.next()): Operand {
  if (first.startsWith(':')) return (_, { values }) => values?.[first];
  const path = pathOf(read, first);
  return (item, bindings) => valueAt(item, path(bindings));
}

function pathOf(read: Reader, first = read.next()): Path {
  const parts = [first];
  while (read.take('.')) parts.push(read.next());
  const unknown = parts.find((part) => !/^(#\w+|[A-Za-z]\w*)$/.test(part));
  if (unknown !== undefined) throw new ExpressionError(`${unknown} is no attribute's name`);
  if (!parts.some((part) => part.startsWith('#'))) return () => parts;
  return ({ names }) => parts.map((part) => names?.[part] ?? part);
}
