import { FACTS, LOG_LINE_FIELDS } from '../contracts/telemetry.ts';

const OF_THE_LINE: ReadonlySet<string> = new Set(LOG_LINE_FIELDS);
const NOT_NAMED = '(not logged: name it in FACTS)';

/**
 * Facts as a log line may hold them: only those that `FACTS` names, at every depth, since anything
 * else may come from outside. JSON has no big integers. A fact named like a field of the line itself
 * (`level`) gets another name (`fact_level`), because the logger would let it win.
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
 * Errors that are told in their own words: those that this code throws, those of JavaScript about
 * code, and those of AWS about rights, names and rates. Others, such as a parser's or a validation's,
 * repeat what they were given.
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

/** An error as a log line may hold it: name, words where they are ours, and where it was thrown. */
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
