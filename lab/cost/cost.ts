import { writeFile } from 'node:fs/promises';
import { commandLine, runCommand, UsageError, wholeNumber } from '../../bin/tools/command-line.ts';
import { textTable } from '../../bin/tools/text-table.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { configFor, ENVIRONMENTS } from '../../lib/config.ts';
import { join } from 'node:path';
import { ASSUMPTIONS } from './assumptions.ts';
import { gatewayBill, PRICES, totalOf } from './bill.ts';
import { billsOf, type CostBills, figuresOf, type MeasuredUse, useAsJson } from './figures.ts';
import { type Reading, startMeasuredRun } from './measured-run.ts';
import { templateFacts } from './template-facts.ts';

const HELP = `What a deployment costs on AWS, at list prices.

  npm run cost -- --environment prod

  --environment NAME   dev, staging or prod                    [prod]
  --busy N             pairs of reserve and settle in the busy part
                       [2000]
  --quiet N            pairs far apart, each posted alone      [20]
  --json FILE          also writes the figures to a file
  --record             keeps what was measured in lab/cost/last-run.json, from
                       which a test prices every later change

Runs the environment's own templates on this machine, on a store that counts
the capacity which every function consumes, and prices it with the dated prices
in lab/cost/prices.json. Takes about two minutes.

Counted: alarms, dashboards, metrics, keys, runs, capacity, log lines. Assumed,
because one machine cannot measure it: the time of DynamoDB's round trips, and
CPU, and how long models write (lab/cost/assumptions.ts). Not included: stored data, messages to people,
free tiers, and taxes.`;

/** Pairs that run at once in the busy part. */
const AT_ONCE = 32;
const WARM_UP_PAIRS = 32;
/** Share of pairs that may be repeated. More would distort the figures. */
const MOST_REPEATED = 0.02;
const LAST_RUN = join(import.meta.dirname, 'last-run.json');
/** Long enough that calls which a function makes side by side overlap. */
const SEEN_DELAY_MS = 20;

type Run = Awaited<ReturnType<typeof startMeasuredRun>>;
const functions: readonly FunctionDefinition[] = FUNCTIONS;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    environment: { type: 'string', default: 'prod' },
    busy: { type: 'string', default: '2000' },
    quiet: { type: 'string', default: '20' },
    json: { type: 'string' },
    record: { type: 'boolean', default: false },
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  const environment = ENVIRONMENTS.find((name) => name === values.environment);
  if (!environment) throw new UsageError(`--environment must be ${ENVIRONMENTS.join(', ')}.`);
  const busyPairs = wholeNumber('busy', values.busy, AT_ONCE, 100_000);
  const quietPairs = wholeNumber('quiet', values.quiet, 1, 1_000);

  console.error(`Starting the templates of ${environment} on a store that counts`);
  const run = await startMeasuredRun(environment);
  try {
    const facts = templateFacts(run.assembly, configFor(environment), functions);
    console.error('Running each schedule once, without traffic');
    const scheduled = await measureSchedules(run);
    const metrics = await run.metrics();
    await run.api.putBudgets();
    await pairs(run, WARM_UP_PAIRS, AT_ONCE);
    await run.api.drain();
    console.error(`${quietPairs} pairs far apart`);
    run.delayStore(SEEN_DELAY_MS);
    const low = await measure(run, quietPairs, 1);
    run.delayStore(0);
    console.error(`${busyPairs} pairs, ${AT_ONCE} at once`);
    const busy = await measure(run, busyPairs, AT_ONCE);
    const use: MeasuredUse = { metrics, scheduled, busy, low };
    const bills = billsOf(facts, use, functions);
    console.log(reportOf(environment, bills, use));
    const figures = figuresOf(bills);
    if (values.json) await writeFile(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
    if (values.record) await writeFile(LAST_RUN, useAsJson(use));
    return 0;
  } finally {
    run.api.close();
    await run.stop();
  }
});

async function measureSchedules(run: Run) {
  const measured = [];
  for (const { name } of functions.filter(({ schedule }) => schedule)) {
    // The first run also reads what the function remembers from then on.
    await run.invoke(name);
    await run.read();
    await run.invoke(name);
    measured.push({ name, reading: await run.read() });
  }
  return measured;
}

/** Reserves and settles, lets the followers finish, and gives what was used. */
async function measure(run: Run, count: number, atOnce: number): Promise<MeasuredUse['busy']> {
  await run.read();
  await pairs(run, count, atOnce);
  await run.api.drain();
  return { pairs: count, reading: await run.read() };
}

/** With one at a time, followers finish before the next pair, as they do at low traffic. */
async function pairs({ api }: Run, count: number, atOnce: number): Promise<void> {
  let begun = 0;
  let repeats = 0;
  const pair = async (index: number): Promise<void> => {
    try {
      await api.settle(index, await api.reserve(index));
    } catch (error) {
      // On a busy machine the store may not answer in time. A few repetitions change little.
      repeats += 1;
      if (repeats > count * MOST_REPEATED) throw error;
      await pair(index);
    }
  };
  const work = async (): Promise<void> => {
    while (begun < count) {
      const index = begun;
      begun += 1;
      await pair(index);
      if (atOnce === 1) await api.drain();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

function reportOf(
  environment: string,
  { idle, warmUsd, busy, low }: CostBills,
  use: MeasuredUse,
): string {
  const services = [...busy.keys()];
  const gateway = gatewayBill(functions);
  const perPair = (usedIn: (reading: Reading) => number): string[] =>
    [use.busy, use.low].map(({ pairs: count, reading }) => (usedIn(reading) / count).toFixed(1));
  return [
    `What ${environment} costs at the prices of ${PRICES.readOn} in ${PRICES.region}`,
    '',
    textTable([
      ['without requests', 'USD a month'],
      ...[...idle].map(([name, value]) => [`  ${name}`, usd(value)]),
      ['  sum', usd(totalOf(idle))],
      ['  warm environments, in addition', usd(warmUsd)],
    ]),
    '',
    textTable([
      ['a million pairs of reserve and settle', 'busy', 'far apart'],
      ...services.map((name) => [
        `  ${name} (USD)`,
        usd(busy.get(name) ?? 0),
        usd(low.get(name) ?? 0),
      ]),
      ['  sum (USD)', usd(totalOf(busy)), usd(totalOf(low))],
      ['  write units of a pair', ...perPair(({ store }) => store.writeUnits)],
      ['  read units of a pair', ...perPair(({ store }) => store.readUnits)],
      ['  runs of functions', ...perPair(runCount)],
    ]),
    '',
    textTable([
      ['a million calls through the gateway, in addition', 'USD'],
      ...[...gateway].map(([name, value]) => [`  ${name}`, usd(value)]),
      ['  sum', usd(totalOf(gateway))],
    ]),
    `The gateway's function waits ${ASSUMPTIONS.modelMs / 1_000} s for a model (assumed).`,
  ].join('\n');
}

function runCount({ runs }: Reading): number {
  return [...runs.values()].reduce((sum, count) => sum + count, 0);
}

function usd(value: number): string {
  return value.toFixed(2);
}
