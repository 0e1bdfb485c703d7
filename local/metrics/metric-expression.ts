import { ownValue } from '../own-value.ts';

/** A value over one period; `undefined` means no data. */
export type PeriodValue = number | undefined;

/**
 * Evaluates a simple CloudWatch metric math expression: numbers, metric IDs, `+ - * /`,
 * parentheses, comparisons, `FILL(x, n)`, `ABS(x)` and `IF(condition, a, b)`. Throws an `Error` for
 * anything else.
 */
export function evaluateExpression(
  expression: string,
  valueOf: (id: string) => PeriodValue,
): PeriodValue {
  const tokens = expression.match(/[A-Za-z_]\w*|\d+(?:\.\d+)?|[<>=!]=|[-+*/(),<>]|\S/g) ?? [];
  let position = 0;
  const peek = (): string | undefined => tokens[position];
  const take = (expected?: string): string => {
    const token = tokens[position];
    if (token === undefined || (expected !== undefined && token !== expected)) {
      throw new Error(`"${expression}" is not an expression the local run can evaluate.`);
    }
    position += 1;
    return token;
  };
  const chain = (
    operators: Readonly<Record<string, (a: number, b: number) => PeriodValue>>,
    next: () => PeriodValue,
  ): PeriodValue => {
    let left = next();
    for (;;) {
      const operator = ownValue(operators, peek() ?? '');
      if (!operator) return left;
      take();
      const right = next();
      left = left === undefined || right === undefined ? undefined : operator(left, right);
    }
  };
  const comparison = (): PeriodValue => chain(COMPARISONS, sum);
  const sum = (): PeriodValue => chain(ADDITIONS, product);
  const product = (): PeriodValue => chain(MULTIPLICATIONS, atom);
  const atom = (): PeriodValue => {
    const token = take();
    if (token === '-') {
      const value = atom();
      return value === undefined ? undefined : -value;
    }
    if (token === '(') {
      const value = comparison();
      take(')');
      return value;
    }
    if (/^\d/.test(token)) return Number(token);
    if (!/^[A-Za-z_]/.test(token))
      throw new Error(`"${token}" is not expected in "${expression}".`);
    if (peek() !== '(') return valueOf(token);
    take('(');
    const values = [comparison()];
    while (peek() === ',') {
      take(',');
      values.push(comparison());
    }
    take(')');
    return callFunction(token, values);
  };
  const value = comparison();
  if (position < tokens.length) take('');
  return value;
}

const COMPARISONS = {
  '<': (a: number, b: number) => Number(a < b),
  '<=': (a: number, b: number) => Number(a <= b),
  '>': (a: number, b: number) => Number(a > b),
  '>=': (a: number, b: number) => Number(a >= b),
  '==': (a: number, b: number) => Number(a === b),
  '!=': (a: number, b: number) => Number(a !== b),
};
const ADDITIONS = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
};
const MULTIPLICATIONS = {
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => (b === 0 ? undefined : a / b),
};

function callFunction(name: string, values: readonly PeriodValue[]): PeriodValue {
  const [first, second, third] = values;
  switch (name) {
    case 'FILL':
      return first ?? second;
    case 'ABS':
      return first === undefined ? undefined : Math.abs(first);
    case 'IF':
      return first === undefined ? undefined : first === 0 ? third : second;
    default:
      throw new Error(`The function ${name} of metric math is not known to the local run.`);
  }
}
