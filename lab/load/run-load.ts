import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { createPurser, type Purser } from '../../client/purser.ts';
import { dataFolder, isLocalRun } from '../../bin/tools/local-run-files.ts';
import { timedCalls } from '../bench/timed-calls.ts';
import { pricedModels } from '../replay/priced-models.ts';
import { runArtillery } from './artillery.ts';
import { type LoadRow, loadRows } from './load-rows.ts';
import type { LoadRun } from './report.ts';
import { deleteSamples, loadSamples } from './samples.ts';
import { runPlan, type Scenario, type ScenarioName } from './scenarios.ts';
import { type ServerWatch, watchServer } from './server-watch.ts';
import { breakingPoint } from './verdict/breaking-point.ts';
import type { LoadTargets } from './verdict/targets.ts';

/** What to run, and where. */
export type LoadOptions = {
  name: ScenarioName;
  scenario: Scenario;
  scale: number;
  users: number;
  url: string;
  key: string;
  /** The server's process, if this command started it. */
  pid?: number | undefined;
  trace?: string | undefined;
  /** The model of calls through the gateway. */
  model: string;
  /** Ends the run when it breaks, not only a stress test. */
  abortsOnFail: boolean;
  /** Artillery's JSON; samples are written beside it. */
  out: string;
};

/** Calls before the run, which are not measured: ten for each user. */
const WARM_UP = { perUser: 10, fewest: 20, most: 200, concurrency: 8 };
const note = z.object({ pid: z.int() });

/** Warms the server up, sends the users, and samples the server meanwhile if it is on this machine. */
export async function runLoad(options: LoadOptions, targets: LoadTargets): Promise<LoadRun> {
  const { name, scenario, url, key, out } = options;
  const rows = rowsOf(
    await loadRows(options.trace, await pricedModels({ url, key })),
    scenario.isOneBudget === true,
  );
  const files = { rows: `${out}.rows`, samples: `${out}.samples` };
  await writeFile(files.rows, rows.map((row) => JSON.stringify(row)).join('\n'));
  const plan = runPlan(scenario, options.scale, options.users);
  await warmUp(createPurser({ url, key }), rows, plan.arrivals);
  const load = plan.users > 0 ? `${plan.users} users` : 'more users every step';
  console.log(`${name}: ${load} for ${plan.seconds} s, ${rows.length} different requests`);
  const watch = await watchOf(options);
  const startedMs = Date.now();
  const mayBreak = scenario.ramp !== undefined || options.abortsOnFail;
  const artillery = await runArtillery({
    label: name,
    flow: scenario.flow,
    phases: plan.phases,
    seconds: plan.seconds + scenario.modelSeconds + scenario.pauseSeconds,
    out,
    environment: {
      PURSER_LOAD_URL: url,
      PURSER_LOAD_KEY: key,
      PURSER_LOAD_ROWS: files.rows,
      PURSER_LOAD_SAMPLES: files.samples,
      PURSER_LOAD_SECONDS: String(plan.seconds),
      PURSER_LOAD_ROUNDS: scenario.ramp ? '1' : '0',
      PURSER_LOAD_MODEL_SECONDS: String(scenario.modelSeconds),
      PURSER_LOAD_PAUSE_SECONDS: String(scenario.pauseSeconds),
      PURSER_LOAD_MODEL: options.model,
    },
    isOver: async () =>
      mayBreak &&
      breakingPoint((await loadSamples(files.samples)).calls, targets.breakingPoint).broke !==
        undefined,
  });
  const server = (await watch?.stop()) ?? [];
  const samples = await loadSamples(files.samples);
  await deleteSamples(files.samples);
  return { name, scenario, plan, startedMs, samples, artillery, server };
}

/** For one budget, all requests are of one department. */
function rowsOf(rows: readonly LoadRow[], isOneBudget: boolean): readonly LoadRow[] {
  const departmentId = rows[0]?.request.departmentId;
  if (!isOneBudget || departmentId === undefined) return rows;
  return rows.map(({ request, outputTokens }) => ({
    request: { ...request, departmentId },
    outputTokens,
  }));
}

async function watchOf({ url, key, pid }: LoadOptions): Promise<ServerWatch | undefined> {
  if (pid !== undefined) return watchServer({ pid, url, key });
  if (!(await isLocalRun(url))) return undefined;
  const running = note.safeParse(
    JSON.parse(await readFile(join(dataFolder(), 'running.json'), 'utf8')),
  ).data;
  return running ? watchServer({ pid: running.pid, url, key }) : undefined;
}

async function warmUp(purser: Purser, rows: readonly LoadRow[], users: number): Promise<void> {
  const calls = Math.max(WARM_UP.fewest, Math.min(WARM_UP.perUser * users, WARM_UP.most));
  await timedCalls(calls, WARM_UP.concurrency, async (index) => {
    const row = rows[index % rows.length];
    if (!row) return;
    const { request, outputTokens } = row;
    // The run itself counts what is refused or fails.
    const hold = await purser.reserve(request).catch(() => undefined);
    const usage = { inputTokens: request.inputTokens, outputTokens };
    if (hold) await purser.settle(hold.reservationId, { usage }).catch(() => undefined);
  });
}
