import { UsageError, wholeNumber } from '../../bin/tools/command-line.ts';
import { ownValue } from '../../domain/own-value.ts';

/** An option of one subject: a whole number, with defaults for full and quick runs. */
export type NumberOption = {
  summary: string;
  min: number;
  max: number;
  full: number;
  quick: number;
};

/** The benchmark to run; `numbers` has a value for each of the subject's options. */
export type BenchRequest = {
  isQuick: boolean;
  numbers: Record<string, number>;
  /** The folder of public data that was named, if the subject reads one. */
  folder?: string | undefined;
};

/** `isSound` is false if a law or a required target fails; the command then exits with 1. */
export type BenchOutcome = { text: string; figures: unknown; isSound: boolean };

/** Something that `npm run bench` can measure. */
export type BenchSubject = {
  name: string;
  /** Lines of at most 66 characters: what it measures, and how long it takes. */
  summary: readonly string[];
  options: Record<string, NumberOption>;
  /** What it reads from a folder of public data (docs/evaluation.md); without one it leaves that out. */
  reads?: string;
  run: (request: BenchRequest) => Promise<BenchOutcome>;
};

/**
 * The numbers for a subject's run.
 * @param options command-line options, `undefined` for omitted ones
 * @throws UsageError if an option belongs to another subject, or a number is out of range
 */
export function numbersOf(
  subject: BenchSubject,
  isQuick: boolean,
  options: Record<string, string | undefined>,
): Record<string, number> {
  for (const [name, text] of Object.entries(options)) {
    if (text !== undefined && !Object.hasOwn(subject.options, name)) {
      throw new UsageError(`${subject.name} has no option --${name}.`);
    }
  }
  return Object.fromEntries(
    Object.entries(subject.options).map(([name, { min, max, full, quick }]) => {
      const text = ownValue(options, name);
      if (text === undefined) return [name, isQuick ? quick : full];
      return [name, wholeNumber(name, text, min, max)];
    }),
  );
}

/** Figures as JSON. Money exceeds JSON's number range, so it becomes a string. */
export const figuresJson = (figures: unknown): string =>
  `${JSON.stringify(figures, (_, part: unknown) => (typeof part === 'bigint' ? String(part) : part), 2)}\n`;
