import { lanesFor, MAX_LANES } from '../../domain/ledger/lanes.ts';
import { type Design, defaultScenario, type Scenario } from './scenario.ts';
import { type Figures, simulateBudget } from './simulate-budget.ts';

/** Share of all requests that must be reserved within the target time. */
export const TARGET_SHARE = 0.999;

export type Run = { scenario: Scenario; figures: Figures };

export type LanesFound = {
  design: Design;
  /** Undefined if no number up to `MAX_LANES` suffices. */
  lanes: number | undefined;
  runs: Run[];
  /** With the number of lanes under test. */
  judged: Run;
};

export type LanesSearch = { found: LanesFound[]; judgedLanes: number };

/** From easy to hard: lanes that fail one wallet state fail the next one too. */
const STATES = ['escrow warm', 'escrow prewarmed', 'escrow cold'] as const;

const WARM_SECONDS = { full: 20, quick: 2 };
/** Long enough for wallets filled before the period to borrow for the first time. */
const PERIOD_START_SECONDS = { full: 60, quick: 5 };

export const meetsTarget = ({ figures }: Run): boolean => figures.withinTargetShare >= TARGET_SHARE;

/**
 * Searches for the number of lanes that a budget needs at a rate, by doubling, and evaluates
 * `lanesToJudge` (default: the result of `lanesFor`).
 * @param options differences from the default scenario
 * @param onRun called with every scenario before it runs
 */
export function searchLanes(
  offeredPerSecond: number,
  options: Partial<Scenario>,
  isQuick: boolean,
  onRun: (scenario: Scenario) => void,
  lanesToJudge = lanesFor(offeredPerSecond),
): LanesSearch {
  const runOf = (design: Design, lanes: number): Run => {
    const length = isQuick ? 'quick' : 'full';
    const seconds = (design === 'escrow warm' ? WARM_SECONDS : PERIOD_START_SECONDS)[length];
    const scenario = {
      ...defaultScenario(offeredPerSecond),
      requests: Math.max(offeredPerSecond * seconds, isQuick ? 2_000 : 20_000),
      ...options,
      design,
      lanes,
    };
    onRun(scenario);
    return { scenario, figures: simulateBudget(scenario) };
  };

  let lanes = 1;
  const results = STATES.map((design): LanesFound => {
    const runs: Run[] = [];
    for (; lanes <= MAX_LANES; lanes *= 2) {
      const run = runOf(design, lanes);
      runs.push(run);
      if (meetsTarget(run)) break;
    }
    const judged =
      runs.find(({ scenario }) => scenario.lanes === lanesToJudge) ?? runOf(design, lanesToJudge);
    return { design, lanes: lanes <= MAX_LANES ? lanes : undefined, runs, judged };
  });
  return { found: results, judgedLanes: lanesToJudge };
}
