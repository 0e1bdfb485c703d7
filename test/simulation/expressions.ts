import type { Attribute, Bindings, Item } from '../../tables/dynamodb.ts';
import { compareValues, equalValues } from './stored-values.ts';

/** What DynamoDB refuses whatever the table holds: a fault of the program. */
export class ExpressionError extends Error {
  override name = 'ExpressionError';
}

export type Condition = (item: Item | undefined, bindings: Bindings) => boolean;
export type Update = (item: Item, bindings: Bindings) => Item;

type Operand = (item: Item | undefined, bindings: Bindings) => Attribute | undefined;

const conditions = new Map<string, Condition>();
const updates = new Map<string, Update>();

/**
 * A condition, key condition or filter of the subset that `tables/` uses: comparisons, BETWEEN,
 * `begins_with`, `attribute_exists`, `attribute_not_exists`, joined by AND.
 * @throws ExpressionError for anything else
 */
export function parseCondition(text: string): Condition {
  const known = conditions.get(text);
  if (known) return known;
  const read = readerOf(text);
  const clauses = [clause(read)];
  while (read.take('AND')) clauses.push(clause(read));
  read.end();
  const condition: Condition = (item, bindings) => clauses.every((each) => each(item, bindings));
  conditions.set(text, condition);
  return condition;
}

/**
 * An update of the subset that `tables/` uses: `SET a = :b, c = c + :d`. Every operand is taken
 * from the item as it was before.
 * @throws ExpressionError for anything else
 */
export function parseUpdate(text: string): Update {
  const known = updates.get(text);
  if (known) return known;
  const read = readerOf(text);
  read.need('SET');
  const sets = [assignment(read)];
  while (read.take(',')) sets.push(assignment(read));
  read.end();
  const update: Update = (item, bindings) => {
    const values = sets.map(({ path, value }) => [path(bindings), value(item, bindings)] as const);
    const after = { ...item };
    for (const [name, value] of values) {
      if (value === undefined) throw new ExpressionError(`${name} is set to an absent attribute`);
      after[name] = value;
    }
    return after;
  };
  updates.set(text, update);
  return update;
}

/**
 * Every placeholder must be bound and every binding used, as DynamoDB demands.
 * @param texts all expressions of one request
 */
export function checkBindings(texts: readonly (string | undefined)[], bindings: Bindings): void {
  const used = new Set(texts.flatMap((text) => text?.match(/[#:]\w+/g) ?? []));
  const bound = new Set([
    ...Object.keys(bindings.names ?? {}),
    ...Object.keys(bindings.values ?? {}),
  ]);
  if (bound.symmetricDifference(used).size > 0) {
    throw new ExpressionError(`placeholders ${[...used].join(' ')} bound ${[...bound].join(' ')}`);
  }
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
      const found = tokens[position] === token;
      if (found) position += 1;
      return found;
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

function clause(read: Reader): Condition {
  const first = read.next();
  if (first === 'attribute_exists' || first === 'attribute_not_exists') {
    read.need('(');
    const path = pathOf(read.next());
    read.need(')');
    const wanted = first === 'attribute_exists';
    return (item, bindings) => (item?.[path(bindings)] !== undefined) === wanted;
  }
  if (first === 'begins_with') {
    read.need('(');
    const text = operandOf(read.next());
    read.need(',');
    const prefix = operandOf(read.next());
    read.need(')');
    return (item, bindings) => {
      const [whole, start] = [text(item, bindings), prefix(item, bindings)];
      return typeof whole === 'string' && typeof start === 'string' && whole.startsWith(start);
    };
  }
  const left = operandOf(first);
  const operator = read.next();
  const right = operandOf(read.next());
  if (operator === 'BETWEEN') {
    read.need('AND');
    const last = operandOf(read.next());
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

const COMPARISONS: Record<string, Comparison | undefined> = {
  '=': (a, b) => a !== undefined && b !== undefined && equalValues(a, b),
  '<': (a, b) => compareValues(a, b, (order) => order < 0),
  '<=': (a, b) => compareValues(a, b, (order) => order <= 0),
  '>': (a, b) => compareValues(a, b, (order) => order > 0),
  '>=': (a, b) => compareValues(a, b, (order) => order >= 0),
};

function assignment(read: Reader): { path: (bindings: Bindings) => string; value: Operand } {
  const path = pathOf(read.next());
  read.need('=');
  const first = operandOf(read.next());
  if (!read.take('+')) return { path, value: first };
  const second = operandOf(read.next());
  return {
    path,
    value(item, bindings) {
      const [a, b] = [first(item, bindings), second(item, bindings)];
      if (typeof a !== 'bigint' || typeof b !== 'bigint') {
        throw new ExpressionError('only integers that are there can be added');
      }
      return a + b;
    },
  };
}

function operandOf(token: string): Operand {
  if (token.startsWith(':')) return (_, { values }) => values?.[token];
  const path = pathOf(token);
  return (item, bindings) => item?.[path(bindings)];
}

function pathOf(token: string): (bindings: Bindings) => string {
  if (token.startsWith('#')) return ({ names }) => names?.[token] ?? token;
  if (!/^[A-Za-z]\w*$/.test(token)) throw new ExpressionError(`${token} is no attribute's name`);
  return () => token;
}
