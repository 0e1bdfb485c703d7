import { parseArgs } from 'node:util';
import { requireNode24 } from '../../bin/require-node.ts';
import { BUDGET_MODES, type BudgetMode } from '../../domain/ledger/budget.ts';
import { MUTANTS } from './mutants.ts';
import { type Explored, exploreSchedules, replaySchedule } from './explore-schedules.ts';
import type { Outcome } from './run-schedule.ts';
import { ALL_SCENARIOS } from './all-scenarios.ts';
import type { Scenario } from './scenarios.ts';

const HELP = `Runs the ledger's real services in every order of their store calls, for small
scenarios, and checks every law of the ledger after every step.

  npm run explore -- [options]

  --scenario NAME  one of them, or all                       [all]
  --clients N      how many of a scenario's clients take part, at most
                   as many as it has                         [2]
  --faults F       at most so many faults in one schedule: a call without
                   an answer, applied never or later or twice; a conflict;
                   a client that dies                        [1]
  --cap N          stop a scenario after N schedules         [100000]
  --mode MODE      of the budgets: exact, escrow or both     [both]
  --mutant NAME    with one named fault built into the protocol
  --replay CHOICES run one schedule again, step by step; needs the same
                   options, and one scenario and mode

Scenarios:
${ALL_SCENARIOS.map(({ name, about }) => `  ${name.padEnd(16)} ${wrapped(about)}`).join('\n')}

Exit code: 0, or 1 when a law was broken, or 2 when the options are not
understood.`;

requireNode24();
const options = readOptions();
console.log('scenario        mode    schedules  repeated  explored   per second');
for (const scenario of options.scenarios) {
  for (const mode of options.modes.filter((each) => scenario.modes.includes(each))) {
    const { clients, faults, mutant, replay } = options;
    const small = { scenario, mode, clients, faults, mutant };
    if (replay === undefined) await explore(small);
    else tell(await replaySchedule(small, replay));
  }
}

async function explore(small: Parameters<typeof exploreSchedules>[0]): Promise<void> {
  const { name } = small.scenario;
  const startedMs = performance.now();
  let shownMs = startedMs;
  const perSecond = (schedules: number): string =>
    ((schedules * 1_000) / Math.max(1, performance.now() - startedMs)).toFixed(0);
  const explored = await exploreSchedules(small, {
    cap: options.cap,
    onSchedule(_, schedules) {
      if (performance.now() - shownMs < 5_000) return;
      shownMs = performance.now();
      console.error(`${name}: ${schedules} schedules, ${perSecond(schedules)} per second`);
    },
  });
  const { schedules, repeated, failure } = explored;
  const columns = [
    name.padEnd(15),
    small.mode.padEnd(6),
    String(schedules).padStart(10),
    String(repeated).padStart(9),
    ` ${howFar(explored)}`.padEnd(10),
    perSecond(schedules + repeated).padStart(11),
  ];
  console.log(columns.join(' '));
  if (!failure) return;
  tell(failure.outcome);
  const { clients, faults, mutant } = small;
  console.log(`\nReplay it:
  npm run explore -- --scenario ${name} --mode ${small.mode} \\
    --clients ${clients} --faults ${faults} \\${mutant ? `\n    --mutant '${mutant.name}' \\` : ''}
    --replay '${failure.replay}'`);
}

function howFar({ failure, isComplete }: Explored): string {
  if (failure) return 'FAILED';
  return isComplete ? 'all' : 'capped';
}

function tell({ violation, trail }: Outcome): void {
  console.log(`\n${violation ? `BROKE A LAW\n${violation}` : 'No law was broken.'}`);
  console.log('\nWhat happened (a, b, c are the clients):');
  for (const line of trail) console.log(line.length > 80 ? `${line.slice(0, 79)}…` : line);
  if (violation !== undefined) process.exitCode = 1;
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        scenario: { type: 'string', default: 'all' },
        clients: { type: 'string', default: '2' },
        faults: { type: 'string', default: '1' },
        cap: { type: 'string', default: '100000' },
        mode: { type: 'string', default: 'both' },
        mutant: { type: 'string' },
        replay: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    const names = ALL_SCENARIOS.map(({ name }) => name);
    const scenario = oneOf('scenario', values.scenario, ['all', ...names]);
    const mode = oneOf('mode', values.mode, ['both', ...BUDGET_MODES]);
    const mutant = values.mutant ?? '';
    if (values.mutant !== undefined) {
      oneOf(
        'mutant',
        mutant,
        MUTANTS.map(({ name }) => name),
      );
    }
    const scenarios = ALL_SCENARIOS.filter(({ name }) => scenario === 'all' || name === scenario);
    const modes: readonly BudgetMode[] = BUDGET_MODES.filter(
      (each) => mode === 'both' || mode === each,
    );
    if (values.replay !== undefined) checkReplay(values.replay, scenarios, modes);
    return {
      scenarios,
      modes,
      clients: whole('clients', values.clients, 1),
      faults: whole('faults', values.faults, 0),
      cap: whole('cap', values.cap, 1),
      mutant: MUTANTS.find(({ name }) => name === mutant),
      replay: values.replay,
    };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error('Try --help.');
    process.exit(2);
  }
}

function checkReplay(
  replay: string,
  scenarios: readonly Scenario[],
  modes: readonly BudgetMode[],
): void {
  if (!/^(?:\d+(?:\.\d+)*)?$/.test(replay)) {
    throw new Error(`--replay must be numbers with dots in between, not "${replay}"`);
  }
  if (scenarios.length !== 1 || modes.length !== 1) {
    throw new Error('--replay needs one --scenario and one --mode');
  }
}

function oneOf(option: string, value: string, allowed: readonly string[]): string {
  if (allowed.includes(value)) return value;
  throw new Error(`--${option} must be one of:\n  ${allowed.join('\n  ')}`);
}

function whole(option: string, text: string, from: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= from && value <= 2 ** 31) {
    return value;
  }
  throw new Error(`--${option} must be a whole number from ${from}, not "${text}"`);
}

/** Wraps text at 80 columns. */
function wrapped(about: string): string {
  const at = about.length <= 61 ? -1 : about.lastIndexOf(' ', 61);
  return at < 0 ? about : `${about.slice(0, at)}\n${' '.repeat(19)}${about.slice(at + 1)}`;
}
