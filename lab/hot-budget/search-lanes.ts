import { lanesFor, MAX_LANES } from '../../domain/ledger/lanes.ts';
import { type Design, defaultScenario, type Scenario } from './scenario.ts';
import { type Figures, simulateBudget } from './simulate-budget.ts';

/** The share of all requests that must be reserved within the target time. */
export const TARGET_SHARE = 0.999;

export type Run = { scenario: Scenario; figures: Figures };

export type LanesFound = {
  design: Design;
  /** Undefined when none up to `MAX_LANES` suffices. */
  lanes: number | undefined;
  runs: Run[];
  /** With as many lanes as are to be judged. */
  judged: Run;
};

export type LanesSearch = { found: LanesFound[]; judgedLanes: number };

/** From easy to hard: lanes that fail a state of the wallets fail the next one too. */
const STATES = ['escrow warm', 'escrow prewarmed', 'escrow cold'] as const;

const WARM_SECONDS = { full: 20, quick: 2 };
/** Long enough that wallets filled before the period borrow for the first time. */
const PERIOD_START_SECONDS = { full: 60, quick: 5 };

export const meetsTarget = ({ figures }: Run): boolean => figures.withinTargetShare >= TARGET_SHARE;

/**
 * How many lanes a budget needs at a rate, found by doubling, and what `lanesToJudge` does there (by
 * default what `lanesFor` says).
 * @param options what differs from the default scenario
 * @param onRun hears of every scenario before it runs
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
