import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installArtillery } from '../../../lab/load/artillery.ts';
import { type LoadReport, loadReport } from '../../../lab/load/report.ts';
import { runLoad } from '../../../lab/load/run-load.ts';
import { SCENARIOS } from '../../../lab/load/scenarios.ts';
import { loadTargets } from '../../../lab/load/verdict/targets.ts';

const SCRIPT = fileURLToPath(new URL('faulty-server.ts', import.meta.url));
/** Seconds of a soak of few users, so that memory can be seen to grow. */
const RUN = { scale: 0.005, users: 4 };
const servers: ChildProcess[] = [];
const reports = new Map<string, LoadReport>();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'faulty-'));
  await installArtillery();
  const faults = ['none', 'slow', 'leaks', 'errs'];
  await Promise.all(faults.map(async (fault) => reports.set(fault, await reportOf(fault))));
}, 400_000);

afterAll(async () => {
  for (const server of servers) server.kill();
  await rm(folder, { recursive: true, force: true });
});

async function reportOf(fault: string): Promise<LoadReport> {
  const server = spawn(process.execPath, [SCRIPT, fault], { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(server);
  const [port] = (await once(server.stdout, 'data')) as [Buffer];
  const targets = loadTargets();
  const scenario = { ...SCENARIOS.soak, modelSeconds: 0.1, pauseSeconds: 0.2 };
  const run = await runLoad(
    {
      name: 'soak',
      scenario,
      ...RUN,
      url: `http://127.0.0.1:${String(port).trim()}`,
      key: 'any',
      pid: server.pid,
      model: 'none',
      abortsOnFail: false,
      out: join(folder, `${fault}.json`),
    },
    targets,
  );
  return await loadReport(run, targets, async () => []);
}

/** Figures beyond their critical limit that do not depend on how busy this machine is. */
const criticalOf = (fault: string): string[] =>
  (reports.get(fault)?.verdict.systems ?? []).flatMap(({ metrics }) =>
    metrics
      .filter(({ metric }) => metric === 'errorShare' || metric === 'memoryGrowthShare')
      .filter(({ verdict }) => verdict === 'critical')
      .map(({ metric }) => metric),
  );

test('a sound server makes no errors, and its memory is flat', () => {
  expect(criticalOf('none')).toEqual([]);
  expect(reports.get('none')).toMatchObject({ errors: [], scenario: 'soak' });
  const server = reports.get('none')?.verdict.systems.find(({ system }) => system === 'server');
  expect(server?.metrics.map(({ verdict }) => verdict)).not.toContain('not measured');
});

test.each([
  ['slow', [], 'relaycore: mean response time.'],
  ['leaks', ['memoryGrowthShare'], 'server: growth of memory.'],
  ['errs', ['errorShare'], 'relaycore: errors.'],
])('a server that is or has %s fails for this reason', (fault, metrics, reason) => {
  expect(criticalOf(fault)).toEqual(metrics);
  expect(reports.get(fault)?.verdict.reasons.join('\n')).toContain(reason);
  expect(reports.get(fault)?.verdict.outcome).toMatch(/^(failed|invalid)$/);
});
