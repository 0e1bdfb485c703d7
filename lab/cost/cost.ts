import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { commandLine, runCommand, UsageError, wholeNumber } from '../../bin/tools/command-line.ts';
import { textTable } from '../../bin/tools/text-table.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { configFor, ENVIRONMENTS, type PurserEnvironment } from '../../lib/config.ts';
import { join } from 'node:path';
import { ASSUMPTIONS } from './assumptions.ts';
import { gatewayBill, PRICES, totalOf } from './bill.ts';
import {
  billsOf,
  type CostBills,
  figuresOf,
  type MeasuredUse,
  useAsJson,
  useFromJson,
} from './figures.ts';
import type { Reading } from './measured-run.ts';
import { AT_ONCE, measuredUse } from './measured-use.ts';
import { type TemplateFacts, templateFacts } from './template-facts.ts';

const HELP = `What a deployment costs on AWS, at list prices.

  npm run cost -- --environment prod

  --environment NAME   dev, staging or prod                    [prod]
  --json FILE          also writes the figures to a file
  --measure            measures again, in about two minutes
  --busy N             with --measure: pairs of reserve and settle in the busy
                       part                                    [2000]
  --quiet N            with --measure: pairs far apart, each posted alone
                                                               [20]
  --record             measures, and keeps what was measured in
                       lab/cost/last-run.json

Counts alarms, dashboards, metrics and keys in the environment's templates of
today. Takes runs, capacity and log lines from lab/cost/last-run.json, or with
--measure from the templates' own functions, run on this machine on a store that
counts what each consumes. Prices all of it with the dated prices in
lab/cost/prices.json. Assumed, because one machine cannot measure it: the time of
DynamoDB's round trips, CPU, and how long models write (lab/cost/assumptions.ts).
Not included: stored data, messages to people, free tiers, and taxes.`;

const LAST_RUN = join(import.meta.dirname, 'last-run.json');
const functions: readonly FunctionDefinition[] = FUNCTIONS;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    environment: { type: 'string', default: 'prod' },
    measure: { type: 'boolean', default: false },
    busy: { type: 'string' },
    quiet: { type: 'string' },
    json: { type: 'string' },
    record: { type: 'boolean', default: false },
  });
  if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" is not understood.`);
  const environment = ENVIRONMENTS.find((name) => name === values.environment);
  if (!environment) throw new UsageError(`--environment must be ${ENVIRONMENTS.join(', ')}.`);
  const isMeasured = values.measure || values.record;
  const given = (['busy', 'quiet'] as const).find((name) => values[name] !== undefined);
  if (given && !isMeasured) throw new UsageError(`--${given} needs --measure.`);
  const busyPairs = wholeNumber('busy', values.busy ?? '2000', AT_ONCE, 100_000);
  const quietPairs = wholeNumber('quiet', values.quiet ?? '20', 1, 1_000);

  const note = (text: string): void => console.error(text);
  note(`Counting what the templates of ${environment} contain`);
  const facts = await synthesizedFacts(environment);
  const use = isMeasured
    ? await measuredUse(environment, { busyPairs, quietPairs }, note)
    : useFromJson(await readFile(LAST_RUN, 'utf8'));
  const bills = billsOf(facts, use, functions);
  console.log(reportOf(environment, bills, use));
  if (!isMeasured) console.log('Measure again with --measure.');
  const figures = figuresOf(bills);
  if (values.json) await writeFile(values.json, `${JSON.stringify(figures, undefined, 2)}\n`);
  if (values.record) await writeFile(LAST_RUN, useAsJson(use));
  return 0;
});

/** Synthesizes an environment and counts its resources. */
async function synthesizedFacts(environment: PurserEnvironment): Promise<TemplateFacts> {
  // The CDK takes seconds to load, which no help or mistyped option needs to wait for.
  const { buildFunctions } = await import('../../bin/build.ts');
  const { createApp } = await import('../../lib/purser-app.ts');
  await buildFunctions();
  const outdir = await mkdtemp(join(tmpdir(), 'purser-cost-'));
  try {
    const app = createApp({ environments: [environment], outdir, skipChecks: true });
    return templateFacts(app.synth().directory, configFor(environment), functions);
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
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
    `Runs, capacity and log lines: measured on ${use.measuredOn}.`,
    `The gateway's function waits ${ASSUMPTIONS.modelMs / 1_000} s for a model (assumed).`,
  ].join('\n');
}

function runCount({ runs }: Reading): number {
  return [...runs.values()].reduce((sum, count) => sum + count, 0);
}

function usd(value: number): string {
  return value.toFixed(2);
}
