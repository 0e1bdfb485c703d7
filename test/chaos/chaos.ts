import {
  commandLine,
  CommandError,
  runCommand,
  UsageError,
  wholeNumber,
} from '../../bin/tools/command-line.ts';
import { startProgress } from '../../bin/tools/progress.ts';
import { type BudgetMode, BUDGET_MODES } from '../../domain/ledger/budget.ts';
import type { ChaosOptions } from './chaos-options.ts';
import { chaosText } from './chaos-report.ts';
import { MUTANTS } from './mutants.ts';
import { runChaos } from './run-chaos.ts';

const HELP = `npm run chaos -- [options]

Starts an embedded store and several processes of clients that reserve, spend
and settle with the ledger's own services over a bad network, while clients and
the store are killed, limits change and sweepers run. In the end what was truly
spent, which every client wrote down before it spent, is compared with the
limits and the ledger. Where PURSER_DYNAMODB_ENDPOINT names a store, that one
is used and not killed.

  --clients N      callers at once                                [64]
  --processes N    processes that they live in                    [4]
  --seconds N      how long they go on                            [60]
  --mode MODE      exact or escrow: how budgets are held          [exact]
  --hold N         seconds until a reservation expires            [10]
  --kill-client N  seconds between kills of a client process      [3]
  --kill-store N   seconds between kills of the store             [10]
  --seed S         chooses faults and kills; a run is not replayed
                   by it, since processes race                    [1]
  --naive          clients check, then write without a condition:
                   shows that the comparison finds overspending
  --mutant NAME    with one named fault built in: shows that a law
                   is broken                                      [none]

Exit code: 0, or 1 when a law was broken (with --naive: when no overspending was
found; with --mutant: when no law was broken), or 2 when the options are not
understood.`;

await runCommand(HELP, async (args) => {
  const options = readOptions(args);
  const progress = startProgress('chaos', options.seconds);
  const result = await runChaos(options, progress.update).catch((error: unknown) => {
    if (error instanceof Error) throw new CommandError(error.message, { cause: error });
    throw error;
  });
  progress.stop();
  console.log(chaosText(options, result));
  const isOverspent = result.violations.some(({ law }) => law === 'spend');
  const isSound = result.violations.length === 0;
  const asExpected = options.isNaive ? isOverspent : isSound === (options.mutant === undefined);
  return asExpected ? 0 : 1;
});

function readOptions(args: string[]): ChaosOptions {
  const { values, positionals } = commandLine(args, {
    clients: { type: 'string', default: '64' },
    processes: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '60' },
    mode: { type: 'string', default: 'exact' },
    hold: { type: 'string', default: '10' },
    'kill-client': { type: 'string', default: '3' },
    'kill-store': { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    naive: { type: 'boolean', default: false },
    mutant: { type: 'string' },
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  if (!BUDGET_MODES.includes(values.mode as BudgetMode)) {
    throw new UsageError(`--mode must be ${BUDGET_MODES.join(' or ')}, not "${values.mode}"`);
  }
  if (values.naive && values.mode !== 'exact') {
    throw new UsageError('--naive clients know no other mode than exact');
  }
  const names = MUTANTS.map(({ name }) => name);
  if (values.mutant !== undefined && !names.includes(values.mutant)) {
    throw new UsageError(`--mutant must be one of:\n  ${names.join('\n  ')}`);
  }
  return {
    seed: wholeNumber('seed', values.seed, 0, 2 ** 31),
    mode: values.mode as BudgetMode,
    clients: wholeNumber('clients', values.clients, 1, 10_000),
    processes: wholeNumber('processes', values.processes, 1, 64),
    seconds: wholeNumber('seconds', values.seconds, 1, 86_400),
    holdMs: wholeNumber('hold', values.hold, 5, 900) * 1_000,
    clientKillSeconds: wholeNumber('kill-client', values['kill-client'], 1, 86_400),
    storeKillSeconds: wholeNumber('kill-store', values['kill-store'], 1, 86_400),
    isNaive: values.naive,
    mutant: values.mutant,
  };
}
