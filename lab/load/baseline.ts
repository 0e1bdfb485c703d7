import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { CommandError, messageOf } from '../../bin/tools/command-line.ts';
import { runDifferences } from '../regressions/run-difference.ts';
import { seededRandom } from '../traces/seeded-random.ts';
import type { CallSample } from './samples.ts';
import type { StepDifference } from './verdict/judge.ts';

const SHARES = [0.5, 0.95];
/** The bootstrap sorts each sample hundreds of times. */
const MOST_VALUES = 5_000;

const baseline = z.object({
  scenario: z.string(),
  latenciesMs: z.record(z.string(), z.array(z.number())),
});

/** Latencies of each step in order of time, to compare later runs with. */
export type Latencies = Record<string, number[]>;

/** Latencies by flow and step; a long run keeps only some of them. */
export function latenciesBySteps(calls: readonly CallSample[]): Latencies {
  const steps = Map.groupBy(calls, ({ flow, step }) => `${flow} ${step}`);
  return Object.fromEntries(
    [...steps].map(([step, of]) => {
      const every = Math.ceil(of.length / MOST_VALUES);
      return [step, of.filter((_, at) => at % every === 0).map(({ latencyMs }) => latencyMs)];
    }),
  );
}

/**
 * Compares a run with the report of an earlier one, step by step.
 * @throws CommandError if the file is no report of this scenario
 */
export async function differencesFrom(
  file: string,
  scenario: string,
  latencies: Latencies,
): Promise<StepDifference[]> {
  const old = await reportIn(file);
  if (old.scenario !== scenario) {
    throw new CommandError(`${file} is a run of ${old.scenario}, not of ${scenario}.`);
  }
  const before = new Map(Object.entries(old.latenciesMs));
  return Object.entries(latencies).flatMap(([step, values]) => {
    const differences = runDifferences(before.get(step) ?? [], values, SHARES, seededRandom(1));
    return (differences ?? []).map((difference) => ({ ...difference, step }));
  });
}

async function reportIn(file: string): Promise<z.output<typeof baseline>> {
  try {
    return baseline.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? 'it is no report of npm run load' : messageOf(error);
    throw new CommandError(`The baseline ${file} cannot be read: ${why}.`);
  }
}
