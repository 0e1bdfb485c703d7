import { textTable } from '../../../bin/tools/text-table.ts';
import { atLeast, atMost, type Finding, type Target } from '../figures/finding.ts';
import type { ControlResult, FalseAdvice } from './advice-trial.ts';
import { PLANTS } from './plants.ts';
import type { FollowedShare } from './judge-following.ts';
import type { OrganizationResult, PlantResult } from './judge-organization.ts';

/** Waste below this share of the bill need not be found. */
const LEAST_BILL_SHARE = 0.01;
const WITHIN_DAYS = 7;
/** A saving is right if it is this close to the true one. */
const RIGHT_WITHIN = 0.1;
/** From this size on, savings must be right. */
const JUDGED_FROM_CALLS = 1_000;
const ALL = atLeast(100);
const NONE = atMost(0, '0');
const MOST_LINES = 12;

/** The figures of one size of organization with planted waste. */
export function plantedFindings(
  dataset: string,
  results: readonly OrganizationResult[],
  callsPerDay: number,
): Finding[] {
  const plants = results.flatMap((result) => result.plants);
  const wastes = plants.filter(
    ({ expects, billShare }) => expects === 'saving' && billShare >= LEAST_BILL_SHARE,
  );
  const open = wastes.filter(isOpen);
  const settings = plants.filter(({ expects }) => expects === 'setting');
  const right = callsPerDay >= JUDGED_FROM_CALLS ? ALL : undefined;
  const realized = (share: FollowedShare): number =>
    percentOf(open, ({ realized: errors }) => isRight(errors?.[share]));
  const of = findingOf(dataset);
  return [
    of('found7', percentOf(wastes, isFoundInTime), 'higher', ALL),
    of('limits7', percentOf(settings, isFoundInTime), 'higher', ALL),
    of('open', percentOf(wastes, isOpen), 'higher', ALL),
    of('stated', percentOf(open, isStatedRight), 'higher', right),
    of('realizedNone', realized('none'), 'higher', right),
    of('realizedHalf', realized('half'), 'higher', right),
    of('realizedAll', realized('all'), 'higher', right),
    of(
      'false',
      percentOf(results, ({ falseItems }) => falseItems.length > 0),
      'lower',
      NONE,
    ),
    of(
      'conflict',
      percentOf(results, (item) => item.contradictions.length > 0),
      'lower',
      NONE,
    ),
    of('stopped', percentOf(results.filter(hasStopped), hasStale), 'lower', NONE),
  ];
}

export const controlFindings = (dataset: string, results: readonly ControlResult[]): Finding[] => [
  findingOf(dataset)(
    'false',
    percentOf(results, ({ falseAdvice }) => falseAdvice.length > 0),
    'lower',
    NONE,
  ),
];

const findingOf =
  (dataset: string) =>
  (metric: string, value: number, better: Finding['better'], target?: Target): Finding => ({
    id: 'advice',
    dataset,
    metric,
    value,
    unit: '%',
    better,
    baselines: [],
    target,
  });

const isFoundInTime = ({ foundAfterDays = Infinity }: PlantResult): boolean =>
  foundAfterDays <= WITHIN_DAYS;
const isOpen = ({ statedOverTrue }: PlantResult): boolean => statedOverTrue !== undefined;
const isOpenOrLimit = (plant: PlantResult): boolean | undefined =>
  plant.expects === 'saving' ? isOpen(plant) : undefined;
const isRight = (error = Infinity): boolean => Math.abs(error) <= RIGHT_WITHIN;
const isStatedRight = ({ statedOverTrue = Infinity }: PlantResult): boolean =>
  isRight(statedOverTrue - 1);
const hasStale = ({ staleItems }: OrganizationResult): boolean => staleItems.length > 0;
const hasStopped = ({ hasStoppedRoute }: OrganizationResult): boolean => hasStoppedRoute;

const percentOf = <Item>(items: readonly Item[], is: (item: Item) => boolean): number =>
  items.length === 0 ? NaN : (100 * items.filter(is).length) / items.length;

/**
 * One line per kind of waste: in how many organizations it was found in time, the most days until
 * then, and whether advice was still open at the end. Errors are the worst, in percent: of the stated
 * saving, and of the realized one where none, half or all of the calls follow.
 */
export function kindTable(results: readonly OrganizationResult[]): string[] {
  const plants = results.flatMap((result) => result.plants);
  const rows = PLANTS.flatMap(({ kind }) => {
    const own = plants.filter((plant) => plant.kind === kind);
    if (own.length === 0) return [];
    const bill = Math.min(...own.map(({ billShare }) => billShare));
    const realized = (share: FollowedShare): string =>
      worst(own.map((plant) => plant.realized?.[share]));
    return [
      [
        `  ${kind}`,
        bill === 0 ? '' : (100 * bill).toFixed(0),
        countText(own, isFoundInTime),
        worstDays(own),
        countText(own, isOpenOrLimit),
        worst(own.map(statedError)),
        realized('none'),
        realized('half'),
        realized('all'),
      ],
    ];
  });
  return textTable([
    ['  waste', '% of bill', 'found7', 'days', 'open', 'stated', 'none', 'half', 'all'],
    ...rows,
  ]).split('\n');
}

const statedError = ({ statedOverTrue }: PlantResult): number | undefined =>
  statedOverTrue === undefined ? undefined : statedOverTrue - 1;

/** `2/3`, or nothing if it does not apply. */
function countText(
  plants: readonly PlantResult[],
  is: (plant: PlantResult) => boolean | undefined,
): string {
  const answers = plants.map(is).filter((answer) => answer !== undefined);
  return answers.length === 0 ? '' : `${answers.filter(Boolean).length}/${answers.length}`;
}

/** The longest time until a waste was found, of those that were. */
function worstDays(plants: readonly PlantResult[]): string {
  const days = plants.flatMap(({ foundAfterDays }) => foundAfterDays ?? []);
  return days.length === 0 ? '' : String(Math.max(...days));
}

function worst(errors: readonly (number | undefined)[]): string {
  const given = errors.filter((error) => error !== undefined);
  if (given.length === 0) return '';
  const most = given.reduce((far, error) => (Math.abs(error) > Math.abs(far) ? error : far));
  return Number.isFinite(most) ? String(Math.round(most * 100)) : '–';
}

/** What was advised falsely, the most frequent first. */
export function falseTable(advice: readonly FalseAdvice[]): string[] {
  const counts = new Map<string, number>();
  for (const { route, change } of advice) {
    const key = `${route}: ${change}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const sorted = [...counts].toSorted(([, left], [, right]) => right - left);
  return [
    '  false advice, by route and change, and in how many organizations:',
    ...sorted.slice(0, MOST_LINES).map(([key, count]) => `  ${String(count).padStart(4)}  ${key}`),
    ...(sorted.length > MOST_LINES ? [`        and ${sorted.length - MOST_LINES} more`] : []),
  ];
}
