import {
  commandLine,
  positiveNumber,
  runCommand,
  UsageError,
  wholeNumber,
} from '../../bin/tools/command-line.ts';
import { CHUNK_REQUESTS, MAX_LANES } from '../../domain/ledger/lanes.ts';
import { loadOf } from './heat.ts';
import { assumptions, hotBudgetTable, lanesText } from './hot-budget-report.ts';
import { isHeld, pathText } from './path-report.ts';
import { PHASE_MEDIAN_MS, type Scenario, standardGroups } from './scenario.ts';
import { meetsTarget, searchLanes } from './search-lanes.ts';
import { simulateBudget } from './simulate-budget.ts';
import { type Progress, startProgress } from '../../bin/tools/progress.ts';

const HELP = `npm run model:hot-budget -- [options]

Models one budget that many users share: how fast reservations are answered as
the rate grows, when every request moves the budget itself (exact), and when
wallets borrow chunks of it (escrow). With --rate it looks for the lanes that
reserve 99.9 % within 50 ms, beside what the ledger's rule gives; exit code 1
when these are too few for warm or prewarmed wallets.

  --path        every key that a request and its followers touch, with its units
                per partition and second at --rate (5 000); exit code 1 when a
                key is too hot
  --rate N      requests per second to find lanes for
  --lanes N     judge these lanes instead of the rule's
  --users N     who share the budget (twice the rate)
  --budgets N   shared budgets of each request (3)
  --chunk N     reservations that a wallet borrows at once (${CHUNK_REQUESTS})
  --spent N     mean share of its reservation that a request spends (0.5)
  --phase MS    round trip of each phase of a transaction (${PHASE_MEDIAN_MS})
  --seed N      the same seed gives the same table (1)
  --quick       fewer requests, for a first impression: too few for prewarmed
                wallets to borrow again

${assumptions(PHASE_MEDIAN_MS)}`;

/** For a search: five numbers of lanes; each wallet state starts from the previous state's. */
const MOST_RUNS = 10;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    path: { type: 'boolean', default: false },
    rate: { type: 'string' },
    lanes: { type: 'string' },
    users: { type: 'string' },
    budgets: { type: 'string', default: '3' },
    chunk: { type: 'string', default: String(CHUNK_REQUESTS) },
    spent: { type: 'string', default: '0.5' },
    phase: { type: 'string', default: String(PHASE_MEDIAN_MS) },
    seed: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  const options = {
    sharedBudgets: wholeNumber('budgets', values.budgets, 1, 10),
    chunkRequests: wholeNumber('chunk', values.chunk, 1, 1_000),
    meanSpentShare: positiveNumber('spent', values.spent, 0.01, 1),
    phaseMedianMs: positiveNumber('phase', values.phase, 0.1, 1_000),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 32 - 1),
  };
  if (values.path) {
    const load = loadOf(wholeNumber('rate', values.rate ?? '5000', 1, 20_000));
    console.log(pathText(load));
    return isHeld(load) ? 0 : 1;
  }
  if (values.rate === undefined) {
    for (const name of ['lanes', 'users'] as const) {
      if (values[name] !== undefined) throw new UsageError(`--${name} needs --rate`);
    }
    return printTable(options, values.quick);
  }
  const rate = wholeNumber('rate', values.rate, 1, 20_000);
  const lanes =
    values.lanes === undefined ? undefined : wholeNumber('lanes', values.lanes, 1, MAX_LANES);
  const users =
    values.users === undefined ? {} : { users: wholeNumber('users', values.users, 1, 10_000_000) };
  return printLanes(rate, lanes, { ...options, ...users }, values.quick);
});

type Options = Partial<Scenario> & Pick<Scenario, 'phaseMedianMs'>;

function printTable(options: Options, isQuick: boolean): number {
  const groups = standardGroups(options, isQuick);
  const total = groups.reduce((sum, { scenarios }) => sum + scenarios.length, 0);
  const shown = withProgress(total, (update) =>
    groups.map(({ title, scenarios }) => ({
      title,
      runs: scenarios.map((scenario) => {
        update(scenario);
        return { scenario, figures: simulateBudget(scenario) };
      }),
    })),
  );
  console.log(`${assumptions(options.phaseMedianMs)}\n\n${hotBudgetTable(shown)}`);
  return 0;
}

function printLanes(
  rate: number,
  lanes: number | undefined,
  options: Options,
  isQuick: boolean,
): number {
  const search = withProgress(MOST_RUNS, (update) =>
    searchLanes(rate, options, isQuick, update, lanes),
  );
  console.log(`${assumptions(options.phaseMedianMs)}\n\n${lanesText(search, rate)}`);
  const expected = search.found.filter(({ design }) => design !== 'escrow cold');
  return expected.every(({ judged }) => meetsTarget(judged)) ? 0 : 1;
}

function withProgress<Result>(
  total: number,
  work: (update: (scenario: Scenario) => void) => Result,
): Result {
  const progress: Progress = startProgress('model', total);
  let begun = 0;
  try {
    return work(({ design, lanes, offeredPerSecond }) => {
      progress.update(begun, `${design}, ${lanes} lanes, ${offeredPerSecond}/s`);
      begun += 1;
    });
  } finally {
    progress.stop();
  }
}
