import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isTraceSystem, TRACE_SYSTEMS } from '../traces/assign-request.ts';
import { createPurser } from '../../client/purser.ts';
import { awaitCostReport } from './cost-report.ts';
import { replayTrace } from './replay-trace.ts';
import { compareLedger } from './compare-ledger.ts';
import { gatewayReplayText } from './gateway/gateway-text.ts';
import { isSound, replayGateway } from './gateway/replay-gateway.ts';
import {
  baseUrl,
  CommandError,
  commandLine,
  positiveNumber,
  runCommand,
  UsageError,
  wholeNumber,
} from '../../bin/tools/command-line.ts';
import { apiKey, dataFolder, isLocalRun } from '../../bin/tools/local-run-files.ts';
import { readModels } from './priced-models.ts';
import { startProgress } from '../../bin/tools/progress.ts';
import { replayJson, replayText } from './replay-report.ts';
import { rowsToSend, surveyTrace } from './replay-rows.ts';
import { startRun } from './replay-run.ts';
import { PATIENT_RETRIES, timedPurser } from './timed-purser.ts';
import { serverClock } from './server-clock.ts';
import { openTrace } from '../traces/trace-file.ts';

const HELP = `npm run replay -- <trace> [options]

Sends a trace of real AI requests through a running Purser: each row is
reserved, then settled with the tokens it really used. Ends with the cost
report, refusals, prediction error, latencies and the ledger check.

<trace> is CSV or JSON lines, plain or gzip, recognized by its columns: Azure
LLM inference traces, Mooncake, aider, LLM judge, or one of npm run sample.

  --url URL               the API (http://127.0.0.1:3000)
  --key KEY               API key (PURSER_LOCAL_KEY, or the local admin's)
  --concurrency N         requests under way at a time (16)
  --speed-up X            X times the trace's own pace; 0 is as fast as the
                          answers come (0)
  --limit N               the first N rows only
  --systems A,B           systems that rows are given to, where the trace names
                          none (automatrix,relaycore,neuroweaver)
  --model MODEL           model of rows that have none with a price
                          (anthropic.claude-sonnet-4-6)
  --max-output-tokens N   sent with every request; by default none is
  --seed N                chooses users, systems and operations (1)
  --run-id ID             repeats a run that broke off: what it had sent is
                          not charged again (a new one)
  --through gateway       calls models through the gateway of a local run instead,
                          half of them streamed, while the stand-in fails:
                          errors, a region down, a slow model, clients that go
                          away; ends with what providers and reports counted
  --wait S                seconds to wait for the report to catch up (90)
  --out FILE              writes the figures as JSON

Exit code: 0, or 1 when rows failed or the report differs from the ledger, or
130 after Ctrl-C, which ends the replay with the report so far.`;

const FAILED = new Set(['violated', 'different']);

await runCommand(HELP, async (args) => {
  const options = await readOptions(args);
  const stop = new AbortController();
  process.once('SIGINT', () => {
    console.error('\nStopping: the rows under way are finished first.');
    stop.abort();
  });

  const { url, key } = options;
  const catalog = await readModels({ url, key });
  const models = catalog.map(({ model }) => model);
  if (options.through === 'gateway') await requireLocalRun(url);
  const purser = createPurser({ url, key, retries: PATIENT_RETRIES });
  const pauseUnlessStopped = async (ms: number): Promise<void> => {
    await sleep(ms, undefined, { signal: stop.signal }).catch(() => undefined);
  };
  const wallClock = await serverClock(url);
  const trace = await openTrace(options.path);
  const survey = await surveyTrace(trace, options.limit);
  const reports = { purser, sleep: pause, now };
  const run = await startRun({ ...reports, wallClock }, options.runId, options.waitMs);
  console.log(trace.path);
  console.log(`${survey.rows} rows (${trace.format.name}), run ${options.runId}`);

  const rows = rowsToSend(trace, { ...options, pricedModels: models }, survey);
  const progress = startProgress('replay', survey.rows);
  if (options.through === 'gateway') {
    const outcome = await replayGateway(rows, {
      ...options,
      address: { url, key },
      run,
      wallClock,
      signal: stop.signal,
      onRow: (sent) => progress.update(sent, ''),
    }).finally(() => progress.stop());
    console.log(gatewayReplayText(outcome, catalog));
    return isSound(outcome) ? 0 : 1;
  }
  const tally = await replayTrace(
    { timed: timedPurser({ url, key, signal: stop.signal }), sleep: pauseUnlessStopped, now },
    rows,
    {
      ...options,
      signal: stop.signal,
      onRow: (soFar) =>
        progress.update(
          soFar.sent,
          `${soFar.decisions.reject} refused, ${failuresOf(soFar)} failed`,
        ),
    },
  ).finally(() => progress.stop());

  const expected = run.beforeNanoUsd + tally.settledNanoUsd;
  const awaited = await awaitCostReport(
    reports,
    run.rangeUntil(wallClock()),
    expected,
    options.waitMs,
  );
  const ledger = await compareLedger(purser, url, wallClock());
  const outcome = { trace, survey, tally, run, awaited, ledger, stopped: stop.signal.aborted };
  console.log(replayText(outcome));
  if (options.out)
    await writeFile(options.out, `${JSON.stringify(replayJson(outcome), null, 2)}\n`);
  if (!awaited.matches || FAILED.has(ledger.state) || failuresOf(tally) > 0) return 1;
  return stop.signal.aborted ? 130 : 0;
});

/** A replay through the gateway proves the ledger, which it reads from the folder of the run. */
async function requireLocalRun(url: string): Promise<void> {
  if (await isLocalRun(url)) return;
  throw new CommandError(
    `${dataFolder()} is not the data folder of a local run at ${url},\n` +
      'so the ledger of this replay could not be checked.\n' +
      'Set PURSER_DATA_DIR to the folder that the run was started with.',
  );
}

async function readOptions(args: string[]) {
  const { values, positionals } = commandLine(args, {
    url: { type: 'string', default: 'http://127.0.0.1:3000' },
    key: { type: 'string' },
    concurrency: { type: 'string', default: '16' },
    'speed-up': { type: 'string', default: '0' },
    limit: { type: 'string', default: String(Number.MAX_SAFE_INTEGER) },
    systems: { type: 'string', default: TRACE_SYSTEMS.join(',') },
    model: { type: 'string' },
    'max-output-tokens': { type: 'string' },
    seed: { type: 'string', default: '1' },
    'run-id': { type: 'string', default: randomUUID() },
    wait: { type: 'string', default: '90' },
    through: { type: 'string' },
    out: { type: 'string' },
  });
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new UsageError('Name one trace file.');
  if (!/^[\w.-]{1,64}$/.test(values['run-id'])) {
    throw new UsageError('--run-id must have 1 to 64 letters, digits, dots, dashes or underscores');
  }
  const systems = values.systems.split(',');
  if (!systems.every(isTraceSystem)) {
    throw new UsageError(`--systems takes ${TRACE_SYSTEMS.join(', ')}, not "${values.systems}"`);
  }
  if (values.through !== undefined && values.through !== 'gateway') {
    throw new UsageError(`--through takes gateway, not "${values.through}"`);
  }
  const maxOutputTokens = values['max-output-tokens'];
  return {
    path,
    through: values.through,
    url: baseUrl(values.url),
    key: await apiKey(values.key),
    concurrency: wholeNumber('concurrency', values.concurrency, 1, 1_024),
    speedUp: positiveNumber('speed-up', values['speed-up'], 0, 1e9),
    limit: wholeNumber('limit', values.limit, 1, Number.MAX_SAFE_INTEGER),
    systems,
    defaultModel: values.model,
    maxOutputTokens:
      maxOutputTokens === undefined
        ? undefined
        : wholeNumber('max-output-tokens', maxOutputTokens, 1, 100_000_000),
    seed: wholeNumber('seed', values.seed, 0, 2 ** 32 - 1),
    runId: values['run-id'],
    waitMs: positiveNumber('wait', values.wait, 0, 86_400) * 1_000,
    out: values.out,
  };
}

function failuresOf({ failures }: { failures: ReadonlyMap<string, number> }): number {
  return [...failures.values()].reduce((sum, count) => sum + count, 0);
}

function now(): number {
  return performance.now();
}

async function pause(ms: number): Promise<void> {
  await sleep(ms);
}
