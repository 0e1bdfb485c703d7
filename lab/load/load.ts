import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createPurser, type Purser } from '../../client/purser.ts';
import { installArtillery, runArtillery } from './artillery.ts';
import {
  baseUrl,
  commandLine,
  positiveNumber,
  runCommand,
  UsageError,
  wholeNumber,
} from '../../bin/tools/command-line.ts';
import { type LoadRow, loadRows } from './load-rows.ts';
import { loadSummary, loadText } from './load-summary.ts';
import { apiKey, dataFolder } from '../../bin/tools/local-run-files.ts';
import { startOwnRun } from '../own-run.ts';
import { pricedModels } from '../replay/priced-models.ts';
import { timedCalls } from '../bench/timed-calls.ts';

/** Scenarios of `artillery/`, at full length. */
const SCENARIOS = {
  relaycore: {
    what: 'RelayCore request routing',
    users: 200,
    seconds: 600,
    arrivalSeconds: 60,
    modelSeconds: 2,
    pauseSeconds: 1,
  },
} as const;

/** If all users started at once in a short run, it would measure process starts instead of work. */
const SHORTEST_ARRIVAL_SECONDS = 4;
const WARM_UP = { calls: 200, concurrency: 8 };

const HELP = `npm run load -- <scenario> [options]

Runs a load scenario of artillery/ against a running Purser and judges it by
the thresholds in its file, after a short warm-up that is not measured.
Artillery is installed the first time (467 MB).

  relaycore       200 users for 10 minutes: reserve, model, settle, pause

  --scale X       shortens the run: 0.02 of 10 minutes is 12 seconds (1)
  --users N       instead of the scenario's
  --url URL       the API (http://127.0.0.1:3000)
  --key KEY       API key (PURSER_LOCAL_KEY, or the local admin's)
  --trace FILE    requests of any trace file; by default a generated sample
  --start         starts a Purser of its own on a free port, in a new folder
  --out FILE      Artillery's JSON (.purser/load/<scenario>-<time>.json)

Exit code: 0 when every threshold holds, 1 when one does not.`;

await runCommand(HELP, async (args) => {
  const { values, positionals } = commandLine(args, {
    scale: { type: 'string', default: '1' },
    users: { type: 'string' },
    url: { type: 'string', default: 'http://127.0.0.1:3000' },
    key: { type: 'string' },
    trace: { type: 'string' },
    start: { type: 'boolean', default: false },
    out: { type: 'string' },
  });
  const name = scenarioName(positionals);
  const scenario = SCENARIOS[name];
  const scale = positiveNumber('scale', values.scale, 0.001, 100);
  const users = wholeNumber('users', values.users ?? String(scenario.users), 1, 10_000);
  const started = Date.now();
  const out = resolve(
    values.out ?? join(dataFolder(), 'load', `${name}-${timeText(started)}.json`),
  );
  await mkdir(dirname(out), { recursive: true });

  await installArtillery();
  const own = values.start ? await startOwnRun() : undefined;
  try {
    const url = own?.url ?? baseUrl(values.url);
    const key = own?.key ?? (await apiKey(values.key));
    const rows = await loadRows(values.trace, await pricedModels({ url, key }));
    const rowsFile = `${out}.rows`;
    await writeFile(rowsFile, rows.map((row) => JSON.stringify(row)).join('\n'));
    const seconds = Math.max(2, Math.round(scenario.seconds * scale));
    await warmUp(createPurser({ url, key }), rows);
    console.log(`${name}: ${users} users for ${seconds} s, ${rows.length} different requests`);
    const verdicts = await runArtillery(name, {
      seconds: seconds + scenario.modelSeconds + scenario.pauseSeconds,
      out,
      environment: {
        PURSER_LOAD_URL: url,
        PURSER_LOAD_KEY: key,
        PURSER_LOAD_ROWS: rowsFile,
        PURSER_LOAD_USERS: String(users),
        PURSER_LOAD_SECONDS: String(seconds),
        PURSER_LOAD_ARRIVAL_SECONDS: String(
          Math.max(SHORTEST_ARRIVAL_SECONDS, Math.round(scenario.arrivalSeconds * scale)),
        ),
        PURSER_LOAD_MODEL_SECONDS: String(scenario.modelSeconds),
        PURSER_LOAD_PAUSE_SECONDS: String(scenario.pauseSeconds),
      },
    });
    const summary = await loadSummary(out, verdicts);
    console.log(loadText(summary));
    console.log(`\n${out}`);
    return summary.passed ? 0 : 1;
  } finally {
    await own?.stop();
  }
});

async function warmUp(purser: Purser, rows: readonly LoadRow[]): Promise<void> {
  await timedCalls(WARM_UP.calls, WARM_UP.concurrency, async (index) => {
    const row = rows[index % rows.length];
    if (!row) return;
    const { request, outputTokens } = row;
    // A budget may refuse it: then there is nothing to settle.
    const hold = await purser.reserve(request).catch(() => undefined);
    const usage = { inputTokens: request.inputTokens, outputTokens };
    if (hold) await purser.settle(hold.reservationId, { usage });
  });
}

function scenarioName(positionals: readonly string[]): keyof typeof SCENARIOS {
  const [name, ...more] = positionals;
  if (name === undefined || !isScenario(name) || more.length > 0) {
    throw new UsageError(`Name one scenario: ${Object.keys(SCENARIOS).join(', ')}`);
  }
  return name;
}

function isScenario(name: string): name is keyof typeof SCENARIOS {
  return Object.hasOwn(SCENARIOS, name);
}

function timeText(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, 19).replaceAll(':', '');
}
