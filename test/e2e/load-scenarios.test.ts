import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installArtillery } from '../../lab/load/artillery.ts';
import { loadText } from '../../lab/load/load-text.ts';
import { loadPage } from '../../lab/load/page/load-page.ts';
import { type LoadReport, loadReport } from '../../lab/load/report.ts';
import { runLoad } from '../../lab/load/run-load.ts';
import { type Scenario, SCENARIOS, type ScenarioName } from '../../lab/load/scenarios.ts';
import { loadTargets } from '../../lab/load/verdict/targets.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';

const MODEL = 'anthropic.claude-haiku-4-5-20251001-v1:0';
let purser: BorrowedPurser;
let folder: string;
const reports = new Map<ScenarioName, LoadReport>();
/** Flow and step of all calls, measured or not. */
const steps = new Map<ScenarioName, Set<string>>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'load-'));
  await installArtillery();
  purser = await borrowPurser();
  const names = Object.keys(SCENARIOS) as ScenarioName[];
  const lane = async (): Promise<void> => {
    for (let name = names.shift(); name; name = names.shift()) {
      reports.set(name, await shortRun(name));
    }
  };
  await Promise.all([lane(), lane()]);
}, 400_000);

afterAll(async () => {
  await purser?.giveBack();
  await rm(folder, { recursive: true, force: true });
});

/** A few seconds of a few users, without long waits. */
async function shortRun(name: ScenarioName): Promise<LoadReport> {
  const targets = loadTargets();
  const { ramp, ...rest }: Scenario = SCENARIOS[name];
  const short = { ...rest, modelSeconds: 0.1, pauseSeconds: 0.1, seconds: 3, arrivalSeconds: 1 };
  const run = await runLoad(
    {
      name,
      scenario: ramp ? { ...short, ramp: { perSecond: 1, steps: 3 } } : short,
      scale: 1,
      users: name === 'cross-system' ? 9 : 2,
      url: purser.url,
      key: purser.key,
      model: MODEL,
      abortsOnFail: false,
      out: join(folder, `${name}.json`),
    },
    targets,
  );
  steps.set(name, new Set(run.samples.calls.map(({ flow, step }) => `${flow} ${step}`)));
  return await loadReport(run, targets, async () => []);
}

describe('in its short form', () => {
  test.each([
    ['automatrix', ['close', 'open', 'predict', 'reserve', 'settle']],
    ['relaycore', ['reserve', 'settle']],
    ['neuroweaver', ['infer']],
    ['stress', ['reserve', 'settle']],
    ['soak', ['reserve', 'settle']],
    ['hot-budget', ['reserve', 'settle']],
  ] as const)('%s makes the calls of its users, without an error', (name, expected) => {
    const report = reports.get(name);
    const made = [...(steps.get(name) ?? [])].flatMap((step) => step.split(' ')[1] ?? []);
    expect(made.toSorted()).toEqual(expected);
    expect(report?.errors).toEqual([]);
  });

  test('cross-system has users of all three', () => {
    const report = reports.get('cross-system');
    const flows = new Set([...(steps.get('cross-system') ?? [])].map((step) => step.split(' ')[0]));
    expect(flows.size).toBeGreaterThanOrEqual(2);
    expect(report?.errors).toEqual([]);
  });
});

test('a report fits 80 columns, and its page needs nothing from elsewhere', () => {
  for (const report of reports.values()) {
    expect(
      loadText(report)
        .split('\n')
        .filter((line) => line.length > 80),
    ).toEqual([]);
    const page = loadPage(report);
    expect(page).toContain('<polyline');
    expect(page).not.toMatch(/(src|href)=|url\(/);
  }
});

test('hot-budget charges everything to one department', async () => {
  const rows = await readFile(join(folder, 'hot-budget.json.rows'), 'utf8');
  const departments = new Set(
    rows.split('\n').map((row) => /"departmentId":"([^"]+)"/.exec(row)?.[1]),
  );
  expect(departments.size).toBe(1);
});
