import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import {
  baseUrl,
  commandLine,
  positiveNumber,
  runCommand,
  UsageError,
  wholeNumber,
} from '../../bin/tools/command-line.ts';
import { apiKey, dataFolder } from '../../bin/tools/local-run-files.ts';
import { startOwnRun } from '../own-run.ts';
import { installArtillery } from './artillery.ts';
import { differencesFrom } from './baseline.ts';
import { loadText } from './load-text.ts';
import { putBudgets } from './own-budgets.ts';
import { loadPage } from './page/load-page.ts';
import { loadReport } from './report.ts';
import { runLoad } from './run-load.ts';
import { type Scenario, SCENARIOS, type ScenarioName } from './scenarios.ts';
import { loadTargets } from './verdict/targets.ts';

const MODEL = 'anthropic.claude-haiku-4-5-20251001-v1:0';

const HELP = `npm run load -- <scenario> [options]

Sends the users of a scenario to a running Purser and judges what they see by
artillery/targets.json, after a short warm-up that is not measured. Artillery
is installed the first time (467 MB).

${Object.entries(SCENARIOS).map(lineOf).join('\n')}

  --scale X        shortens the run: 0.02 of 10 minutes is 12 seconds (1)
  --users N        instead of the scenario's
  --url URL        the API (http://127.0.0.1:3000)
  --key KEY        API key (PURSER_LOCAL_KEY, or the local admin's)
  --trace FILE     requests of any trace file; by default a generated sample
  --start          starts a Purser of its own on a free port, with budgets
  --baseline FILE  compares with the report of an earlier run, step by step
  --abort-on-fail  ends the run as soon as it breaks; a stress test always does
  --calls-models   allows scenarios that call models at another address than
                   this machine's, which costs money
  --model MODEL    for calls through the gateway
                   (${MODEL})
  --out FILE       the report as JSON; the page has the same name with .html
                   (.purser/load/<scenario>-<time>.json)

Exit code: 0 if no critical limit is passed, 1 if one is, or if a step got
slower than the baseline, 3 if the generator was too busy to tell.`;

const EXIT_CODES = { passed: 0, 'missed targets': 0, failed: 1, invalid: 3 };

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    scale: { type: 'string', default: '1' },
    users: { type: 'string' },
    url: { type: 'string', default: 'http://127.0.0.1:3000' },
    key: { type: 'string' },
    trace: { type: 'string' },
    start: { type: 'boolean', default: false },
    baseline: { type: 'string' },
    'abort-on-fail': { type: 'boolean', default: false },
    'calls-models': { type: 'boolean', default: false },
    model: { type: 'string', default: MODEL },
    out: { type: 'string' },
  });
  const name = scenarioName(positionals);
  const scenario: Scenario = SCENARIOS[name];
  const scale = positiveNumber('scale', values.scale, 0.001, 100);
  const users = usersOf(scenario, values.users);
  const url = baseUrl(values.url);
  if (!values.start && !values['calls-models']) requireFreeModels(scenario, url);
  const targets = loadTargets();
  const out = await outFile(values.out, name);
  await installArtillery();
  const own = values.start ? await startOwnRun() : undefined;
  try {
    if (own) await putBudgets(own);
    const target = own ?? { url, key: await apiKey(values.key), pid: undefined };
    const { pid } = target;
    const { trace, model, baseline } = values;
    const abortsOnFail = values['abort-on-fail'];
    const place = { url: target.url, key: target.key, pid };
    const options = { name, scenario, scale, users, ...place, trace, model, abortsOnFail };
    const run = await runLoad({ ...options, out: `${out}.artillery` }, targets);
    const report = await loadReport(run, targets, async (latencies) =>
      baseline === undefined ? [] : await differencesFrom(baseline, name, latencies),
    );
    const page = out.replace(/(\.json)?$/, '.html');
    await writeFile(out, `${JSON.stringify(report)}\n`);
    await writeFile(page, loadPage(report));
    console.log(`${loadText(report)}\n\n${out}\n${page}`);
    return EXIT_CODES[report.verdict.outcome];
  } finally {
    await own?.stop();
  }
});

function lineOf([name, { what, users, seconds }]: [string, Scenario]): string {
  const size = users > 0 ? `${users} users, ${seconds / 60} min` : `up to ${seconds / 60} min`;
  return `  ${name.padEnd(14)}${size}: ${what}`;
}

function scenarioName(positionals: readonly string[]): ScenarioName {
  const [name, ...more] = positionals;
  if (name === undefined || !isScenario(name) || more.length > 0) {
    throw new UsageError(`Name one scenario: ${Object.keys(SCENARIOS).join(', ')}`);
  }
  return name;
}

function isScenario(name: string): name is ScenarioName {
  return Object.hasOwn(SCENARIOS, name);
}

function usersOf(scenario: Scenario, text: string | undefined): number {
  if (text === undefined) return scenario.users;
  if (scenario.ramp) throw new UsageError('A stress test has no --users: they become more.');
  return wholeNumber('users', text, 1, 10_000);
}

/** A stand-in answers for models on this machine; elsewhere, calls cost money. */
function requireFreeModels({ flow }: Scenario, url: string): void {
  const callsModels = flow === undefined || flow === 'neuroweaver';
  if (callsModels && !['127.0.0.1', 'localhost'].includes(new URL(url).hostname)) {
    throw new UsageError('This scenario calls models, which costs money: add --calls-models.');
  }
}

async function outFile(option: string | undefined, name: string): Promise<string> {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  const out = resolve(option ?? join(dataFolder(), 'load', `${name}-${time}.json`));
  await mkdir(dirname(out), { recursive: true });
  return out;
}
