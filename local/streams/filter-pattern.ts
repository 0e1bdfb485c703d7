import { ownValue } from '../own-value.ts';

/** Whether an event matches. */
export type EventFilter = (event: unknown) => boolean;

type Pattern = Readonly<Record<string, unknown>>;

/**
 * Compiles event patterns of EventBridge and of event source mappings: exact values, `prefix`,
 * `suffix`, `equals-ignore-case`, `exists`, `anything-but`, `numeric`, `wildcard` and `$or`. An
 * event matches if any pattern does; an empty list matches everything.
 */
export function compileFilter(patterns: readonly Pattern[]): EventFilter {
  if (patterns.length === 0) return () => true;
  return (event) => patterns.some((pattern) => matchesPattern(pattern, event));
}

function matchesPattern(pattern: Pattern, value: unknown): boolean {
  return Object.entries(pattern).every(([key, rule]) => {
    if (key === '$or' && Array.isArray(rule)) {
      return rule.some((choice) => matchesPattern(choice as Pattern, value));
    }
    const own =
      typeof value === 'object' && value !== null ? ownValue(value as Pattern, key) : undefined;
    if (Array.isArray(rule)) return rule.some((entry) => matchesValue(entry, own));
    return matchesPattern(rule as Pattern, own);
  });
}

function matchesValue(rule: unknown, value: unknown): boolean {
  if (typeof rule === 'object' && rule !== null) {
    const [[operator, argument] = ['', undefined]] = Object.entries(rule);
    if (operator === 'exists') return (value !== undefined) === (argument === true);
    const values = Array.isArray(value) ? value : [value];
    return values.some((item) => matchesOperator(operator, argument, item));
  }
  return Array.isArray(value) ? value.includes(rule) : rule === value;
}

function matchesOperator(operator: string, argument: unknown, value: unknown): boolean {
  switch (operator) {
    case 'prefix':
      return typeof value === 'string' && value.startsWith(String(argument));
    case 'suffix':
      return typeof value === 'string' && value.endsWith(String(argument));
    case 'equals-ignore-case':
      return typeof value === 'string' && value.toLowerCase() === String(argument).toLowerCase();
    case 'wildcard':
      return typeof value === 'string' && wildcard(String(argument)).test(value);
    case 'anything-but':
      if (value === undefined) return false;
      return ![argument].flat().some((entry) => matchesValue(entry, value));
    case 'numeric':
      return typeof value === 'number' && matchesNumeric(argument as unknown[], value);
    default:
      throw new Error(`The filter operator "${operator}" is not known to the local run.`);
  }
}

function matchesNumeric(comparisons: readonly unknown[], value: number): boolean {
  for (let i = 0; i < comparisons.length; i += 2) {
    const bound = Number(comparisons[i + 1]);
    const holds: Record<string, boolean> = {
      '=': value === bound,
      '<': value < bound,
      '<=': value <= bound,
      '>': value > bound,
      '>=': value >= bound,
    };
    if (ownValue(holds, String(comparisons[i])) !== true) return false;
  }
  return true;
}

function wildcard(pattern: string): RegExp {
  return new RegExp(
    `^${pattern
      .split('*')
      .map((part) => RegExp.escape(part))
      .join('.*')}$`,
    's',
  );
}
