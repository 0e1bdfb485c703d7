import { FACTS, LOG_LINE_FIELDS } from '../contracts/telemetry.ts';

const OF_THE_LINE: ReadonlySet<string> = new Set(LOG_LINE_FIELDS);
/** Stands in a log for a fact that was not reviewed. */
export const NOT_NAMED = '(not logged: name it in FACTS)';

/**
 * Filters facts for logging. Keeps only those listed in `FACTS`, at every depth, because anything
 * else may be external input. Converts bigints, which JSON lacks. Renames a fact that collides with
 * a field of the log line (`level` becomes `fact_level`), because the logger would let it win.
 */
export function loggedFacts(facts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => {
      if (OF_THE_LINE.has(name)) return [`fact_${name}`, loggedFact(fact)];
      return [name, FACTS.has(name) || fact === undefined ? loggedFact(fact) : NOT_NAMED];
    }),
  );
}

function loggedFact(fact: unknown): unknown {
  if (typeof fact === 'bigint') return fact.toString();
  if (Array.isArray(fact)) return fact.map(loggedFact);
  if (typeof fact !== 'object' || fact === null) return fact;
  return loggedFacts(fact as Record<string, unknown>);
}

/**
 * Errors whose messages are safe to log: this code's own, JavaScript's about code, and AWS's about
 * permissions, names and rates. Others, such as parsing or validation errors, may quote their
 * input.
 */
const PLAIN_ERRORS = new Set(
  [
    [
      'Error',
      'ProblemError',
      'ServiceError',
      'StoreUnavailableError',
      'ContradictoryUsageError',
      'JsonRefusal',
    ],
    ['TypeError', 'ReferenceError', 'TimeoutError', 'AbortError', 'AggregateError'],
    ['AccessDeniedException', 'ResourceNotFoundException', 'ThrottlingException'],
  ].flat(),
);
const OTHER_WORDS = '(a message from outside is not logged)';

/** Prepares an error for logging: its name, its message if safe, and its stack. */
export function loggedError(error: unknown): Error {
  const { name, message, stack, cause } =
    error instanceof Error ? error : new Error('something was thrown that is no error');
  const words = PLAIN_ERRORS.has(name) ? message : OTHER_WORDS;
  const told = new Error(words, cause === undefined ? undefined : { cause: loggedError(cause) });
  told.name = name;
  const places = (stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  told.stack = [`${name}: ${words}`, ...places].join('\n');
  return told;
}
