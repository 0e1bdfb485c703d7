import { UsageError, wholeNumber } from '../../bin/tools/command-line.ts';
import { ownValue } from '../../domain/own-value.ts';

/** An option of one subject: a whole number, with its default in a full and in a quick run. */
export type NumberOption = {
  summary: string;
  min: number;
  max: number;
  full: number;
  quick: number;
};

/** What a subject is asked to do; `numbers` has a value for each of its options. */
export type BenchRequest = { isQuick: boolean; numbers: Record<string, number> };

/** `isSound` is false when a law or a required target does not hold: the command then exits with 1. */
export type BenchOutcome = { text: string; figures: unknown; isSound: boolean };

/** One thing that `npm run bench` can measure. */
export type BenchSubject = {
  name: string;
  /** Lines of at most 66 characters: what is measured, and how long it takes. */
  summary: readonly string[];
  options: Record<string, NumberOption>;
  run: (request: BenchRequest) => Promise<BenchOutcome>;
};

/**
 * The numbers that a subject runs with.
 * @param given options of the command line, `undefined` where an option was left out
 * @throws UsageError when another subject's option was given, or a number is out of bounds
 */
export function numbersOf(
  subject: BenchSubject,
  isQuick: boolean,
  given: Record<string, string | undefined>,
): Record<string, number> {
  for (const [name, text] of Object.entries(given)) {
    if (text !== undefined && !Object.hasOwn(subject.options, name)) {
      throw new UsageError(`${subject.name} has no option --${name}.`);
    }
  }
  return Object.fromEntries(
    Object.entries(subject.options).map(([name, { min, max, full, quick }]) => {
      const text = ownValue(given, name);
      if (text === undefined) return [name, isQuick ? quick : full];
      return [name, wholeNumber(name, text, min, max)];
    }),
  );
}

/** Figures as JSON; money is too large for a number of JSON, so it becomes a string. */
export const figuresJson = (figures: unknown): string =>
  `${JSON.stringify(figures, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part), 2)}\n`;
