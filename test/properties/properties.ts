import {
  CommandError,
  commandLine,
  runCommand,
  UsageError,
  wholeNumber,
} from '../../bin/tools/command-line.ts';
import { startProgress } from '../../bin/tools/progress.ts';
import { type Checked, type Checking, checkCases, textOfCase } from './check-cases.ts';
import { MUTANTS } from './mutants.ts';

const HELP = `Runs random sequences of commands through the ledger's real services and through
a model of plain sums, with all budgets exact, lending, in lanes, and mixed, and
compares decisions, balances and entries after every command.

  npm run properties -- [options]

  --runs N       how many sequences                          [200]
  --seed S       of the first of them                        [1]
  --path P       begin at a sequence that failed: replays it when
                 seed, commands and mutant are the same
  --commands N   most commands of one sequence               [30]
  --mutant NAME  with one named fault built in, or all: shows after how
                 many sequences it is found                  [none]

Exit code: 0, or 1 when a sequence differs (with --mutant: when none does), or 2
when the options are not understood.`;

const MOST = 2 ** 31 - 1;

await runCommand(HELP, async (args) => {
  const { values } = commandLine(args, {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    path: { type: 'string' },
    commands: { type: 'string', default: '30' },
    mutant: { type: 'string' },
  });
  if (values.path !== undefined && !/^\d+(?::\d+)*$/.test(values.path)) {
    throw new UsageError(`--path must be numbers with colons in between, not "${values.path}"`);
  }
  const checking = {
    runs: wholeNumber('runs', values.runs, 1, MOST),
    seed: wholeNumber('seed', values.seed, 0, MOST),
    commands: wholeNumber('commands', values.commands, 1, 1_000),
    path: values.path,
  };
  const names = MUTANTS.map(({ name }) => name);
  const { mutant = '' } = values;
  if (values.mutant === undefined) return check(checking);
  if (mutant === 'all') return hunt(checking);
  const choice = MUTANTS.find(({ name }) => name === mutant);
  if (!choice) throw new UsageError(`--mutant must be one of:\n  all\n  ${names.join('\n  ')}`);
  // A mutant run succeeds if the mutant is caught.
  return (await check({ ...checking, mutant: choice })) === 1 ? 0 : 1;
});

/** @returns the exit code */
async function check(checking: Checking): Promise<number> {
  const progress = startProgress('sequences', checking.runs);
  const startedMs = performance.now();
  const onCase = (cases: number, commands: number) => {
    progress.update(Math.min(cases, checking.runs), `${commands} commands`);
  };
  const checked = await checkCases({ ...checking, onCase });
  progress.stop();
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  if (checked.failure) {
    report(checking, checked.failure);
    return 1;
  }
  console.log(`sequences    ${checked.cases} (seed ${checking.seed}), each in four forms`);
  console.log(`commands     ${checked.commands}`);
  console.log(`differences  0`);
  console.log(`seconds      ${seconds}`);
  const answers = [...checked.tally].toSorted(([a], [b]) => (a < b ? -1 : 1));
  for (const [answer, count] of answers) console.log(`  ${answer.padEnd(32)} ${count}`);
  return 0;
}

function report(
  { seed, commands, mutant }: Checking,
  { message, smallest, path }: NonNullable<Checked['failure']>,
): void {
  console.log(`A SEQUENCE DIFFERS FROM THE MODEL\n${message}\n\n${textOfCase(smallest)}`);
  console.log(`\nReplay it:
  npm run properties -- --runs 1 --seed ${seed} --commands ${commands} \\${mutant ? `\n    --mutant '${mutant.name}' \\` : ''}
    --path ${path}`);
}

/** @returns the exit code */
async function hunt(checking: Checking): Promise<number> {
  if (checking.path !== undefined) throw new CommandError('--path needs one mutant');
  let missed = 0;
  for (const mutant of MUTANTS) {
    const { failure, cases } = await checkCases({ ...checking, mutant });
    if (!failure) missed += 1;
    const after = failure ? `sequence ${cases}: ${failure.message}` : 'NOT FOUND';
    console.log(`${mutant.name}\n  ${after}`);
  }
  return missed === 0 ? 0 : 1;
}
