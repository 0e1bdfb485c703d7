import { lanesFor, MAX_LANES } from '../../domain/ledger/lanes.ts';
import { grouped, textTable } from '../../bin/tools/text-table.ts';
import { FIRST_PAUSE_MS } from '../../tables/optimistically.ts';
import { MAX_RETRIES } from './scenario.ts';
import { STORE } from './store-model.ts';
import {
  type LanesFound,
  type LanesSearch,
  meetsTarget,
  type Run,
  TARGET_SHARE,
} from './search-lanes.ts';
import { TARGET_MS } from './simulate-budget.ts';

const PAUSES_MS = Array.from({ length: MAX_RETRIES }, (_, at) => FIRST_PAUSE_MS * 2 ** (at + 1));

/** The assumptions behind the figures, within 80 columns for the help text. */
export const assumptions = (
  phaseMedianMs: number,
): string => `This is a model. Nothing of it was measured on AWS. It assumes:
- a transaction prepares and commits, each a round trip of ${phaseMedianMs} ms in the median
  (log-normal, sigma ${STORE.timeSigma}); meanwhile its items cancel every other write;
- a single conditional write takes ${STORE.writeMedianMs} ms and never conflicts with another;
- an item is smaller than 1 KB and takes at most ${grouped(STORE.itemUnitsPerSecond)} write units/s; a
  conflict is billed like a success, a throttle not; reads, limits and crashes
  are left out;
- refused calls retry at most ${MAX_RETRIES} times, after a random pause below
  ${PAUSES_MS.join(', ')} ms; then the request is given up (503) for good;
- requests arrive at random; every user asks as often as any other; an AI call
  takes 5 to 15 s; a wallet borrows from the same lane of every shared budget.`;

const HEADER = [
  'lanes',
  'req/s',
  `% in ${TARGET_MS} ms`,
  'p50 ms',
  'p99 ms',
  'retries',
  'conflicts',
  'units',
  '% 503',
];

export type ReportGroup = { title: string; runs: Run[] };

const LEGEND = `Retries, conflicts and write units are per request; % 503 were given up, at
reserve or at settle.`;

/** Formats groups of rows under one header. */
export function hotBudgetTable(groups: ReportGroup[]): string {
  const [header, ...lines] = textTable([
    HEADER,
    ...groups.flatMap(({ runs }) => runs.map(cellsOf)),
  ]).split('\n');
  return groups
    .flatMap(({ title, runs }) => ['', title, ...lines.splice(0, runs.length)])
    .toSpliced(0, 0, header ?? '')
    .concat('', LEGEND)
    .join('\n');
}

function cellsOf({ scenario, figures }: Run): string[] {
  return [
    String(scenario.lanes),
    grouped(scenario.offeredPerSecond),
    (100 * figures.withinTargetShare).toFixed(2),
    milliseconds(figures.p50Ms),
    milliseconds(figures.p99Ms),
    figures.retriesPerRequest.toFixed(2),
    figures.conflictsPerRequest.toFixed(2),
    figures.unitsPerRequest.toFixed(2),
    (100 * figures.givenUpShare).toFixed(2),
  ];
}

const milliseconds = (value: number): string => (Number.isNaN(value) ? '–' : value.toFixed(1));

/** The result of a search for lanes, compared with the ledger's rule. */
export function lanesText({ found, judgedLanes }: LanesSearch, offeredPerSecond: number): string {
  const rule = lanesFor(offeredPerSecond);
  const judged = judgedLanes === rule ? ', as the rule says' : '';
  return [
    hotBudgetTable(found.map((each) => ({ title: titleOf(each), runs: runsOf(each) }))),
    '',
    `The ledger's rule gives ${lanesCount(rule)} for ${grouped(offeredPerSecond)} requests/s. The target is that
${100 * TARGET_SHARE} % are reserved within ${TARGET_MS} ms.`,
    '',
    textTable([
      ['', 'suffices', `with ${lanesCount(judgedLanes)}${judged}`],
      ...found.map((each) => [each.design, sufficing(each), verdict(each.judged)]),
    ]),
  ].join('\n');
}

const runsOf = ({ runs, judged }: LanesFound): Run[] =>
  [...new Set([...runs, judged])].toSorted((a, b) => a.scenario.lanes - b.scenario.lanes);

const titleOf = ({ design, judged }: LanesFound): string => {
  const { scenario } = judged;
  const seconds = Math.round(scenario.requests / scenario.offeredPerSecond);
  const users = scenario.users === undefined ? '' : `, ${grouped(scenario.users)} users`;
  const isWarm = design === 'escrow warm';
  return `${design}: ${isWarm ? '' : 'first '}${seconds} s${isWarm ? '' : ' of a period'}${users}`;
};

const lanesCount = (lanes: number): string => (lanes === 1 ? '1 lane' : `${lanes} lanes`);

const sufficing = ({ lanes }: LanesFound): string =>
  lanes === undefined ? `more than ${MAX_LANES}` : lanesCount(lanes);

const verdict = (run: Run): string =>
  `${meetsTarget(run) ? 'met' : 'missed'}: ${(100 * run.figures.withinTargetShare).toFixed(2)} %`;
