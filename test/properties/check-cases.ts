import fc from 'fast-check';
import { type Case, caseOf } from './command.ts';
import type { Mutant } from './mutants.ts';
import { addTally, runCase } from './run-case.ts';

export type Checking = {
  runs: number;
  seed: number;
  /** Where to start: the path of an earlier counterexample. */
  path?: string | undefined;
  /** Maximum commands per case. */
  commands: number;
  mutant?: Mutant | undefined;
  /** Whether to shrink a failing case. Default: yes. */
  isShrunk?: boolean | undefined;
  onCase?: ((cases: number, commands: number) => void) | undefined;
};

export type Checked = {
  /** Number of cases run, up to the one that failed. */
  cases: number;
  commands: number;
  /** How often each command got each answer, over all forms. */
  tally: Map<string, number>;
  failure?: { path: string; smallest: Case; message: string } | undefined;
};

/** Runs random cases until one fails, then shrinks it. */
export async function checkCases(options: Checking): Promise<Checked> {
  const { runs, seed, path, mutant, isShrunk = true, onCase } = options;
  let cases = 0;
  let commands = 0;
  const tally = new Map<string, number>();
  const property = fc.asyncProperty(caseOf(options.commands), async (item) => {
    cases += 1;
    commands += item.commands.length;
    addTally(tally, await runCase(item, mutant));
    onCase?.(cases, commands);
  });
  const details = await fc.check(property, {
    numRuns: runs,
    seed,
    endOnFailure: !isShrunk,
    ...(path === undefined ? {} : { path }),
  });
  if (!details.failed) return { cases, commands, tally };
  const [smallest] = details.counterexample ?? [];
  if (!smallest) throw new Error('the check ended without a counterexample');
  const { errorInstance, counterexamplePath } = details;
  const message = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const failure = { path: counterexamplePath ?? '', smallest, message };
  return { cases: details.numRuns, commands, tally, failure };
}

/** Formats a case, one line per budget and command. */
export function textOfCase({ startMs, settings, commands }: Case): string {
  return [
    `at ${new Date(startMs).toISOString()}`,
    ...settings.map((setting) => `budget ${JSON.stringify(setting)}`),
    ...commands.map((command, position) => `${position + 1}. ${JSON.stringify(command)}`),
  ].join('\n');
}
