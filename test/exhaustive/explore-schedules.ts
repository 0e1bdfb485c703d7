import { createRandom } from '../simulation/random.ts';
import { type Exploration, type Outcome, runSchedule } from './run-schedule.ts';
import { areIndependent, type Choice } from './step.ts';

export type Explored = {
  /** Schedules run to completion. */
  schedules: number;
  /** Abandoned schedules, each equivalent to another one up to the order of independent steps. */
  repeated: number;
  isComplete: boolean;
  /** The first schedule that broke a law, and the choices that reproduce it. */
  failure?: { outcome: Outcome; replay: string } | undefined;
};

type Options = {
  /** Stops after this many schedules. */
  cap: number;
  /** Skips schedules that differ from another only in the order of independent steps. */
  isReduced?: boolean;
  onSchedule?: (outcome: Outcome, schedules: number) => void;
};

/** A decision point on the explored path. */
type Node = {
  choices: Choice[];
  taken: number;
  /** Can be skipped here, because an earlier schedule covers it in another order. */
  asleep: Choice[];
};

type Small = Omit<Exploration, 'isChanging'>;

/** How many random schedules each exploration learns from at first, and at most. */
const FIRST_LESSONS = 4;
const MOST_LESSONS = 1_024;

/**
 * Runs every schedule of a scenario depth first, each from the beginning, because the state of
 * running services cannot be copied (stateless model checking, Godefroid 1997). Sleep sets skip
 * orders that differ only in independent steps (Godefroid 1996) and still reach every state.
 * Starts over with twice the lessons when a schedule writes what it has not learned about.
 * @throws Error if no lesson shows what a schedule writes
 */
export async function exploreSchedules(small: Small, options: Options): Promise<Explored> {
  for (let lessons = FIRST_LESSONS; lessons <= MOST_LESSONS; lessons *= 2) {
    const explored = await exploreFrom(lessons, small, options);
    if (explored) return explored;
  }
  throw new Error('a schedule writes what no random schedule has written');
}

/** @returns nothing once a schedule writes what the lessons did not show */
async function exploreFrom(
  lessons: number,
  small: Small,
  { cap, isReduced = true, onSchedule }: Options,
): Promise<Explored | undefined> {
  const exploration = await learn(small, lessons);
  const path: Node[] = [];
  let schedules = 0;
  let repeated = 0;
  do {
    let depth = 0;
    const outcome = await runSchedule(exploration, (choices) => {
      const node = path[depth] ?? nextNode(choices, path.at(-1), isReduced);
      if (!node) return undefined;
      if (idsOf(node.choices) !== idsOf(choices))
        throw new Error('a schedule did not repeat itself');
      path[depth] = node;
      depth += 1;
      return node.taken;
    });
    if (!isLearned(exploration, outcome)) return undefined;
    if (!outcome.isWhole) repeated += 1;
    else {
      schedules += 1;
      onSchedule?.(outcome, schedules);
    }
    if (outcome.violation !== undefined) {
      const failure = { outcome, replay: replayOf(lessons, path) };
      return { schedules, repeated, isComplete: false, failure };
    }
    goBack(path, isReduced);
  } while (path.length > 0 && schedules < cap);
  return { schedules, repeated, isComplete: path.length === 0 };
}

/**
 * Reruns one schedule from the `replay` in `Explored`: the number of lessons, then the choices.
 * Takes the first choice at each further point.
 */
export async function replaySchedule(small: Small, replay: string): Promise<Outcome> {
  const [lessons = FIRST_LESSONS, ...positions] = replay.split('.').map(Number);
  return runSchedule(await learn(small, lessons), ({ length }) =>
    length > 1 ? (positions.shift() ?? 0) : 0,
  );
}

const learned = new Map<string, Promise<Exploration>>();

/** What is learned of a scenario, once for all its explorations and replays. */
function learn(small: Small, lessons: number): Promise<Exploration> {
  const { scenario, mode, clients, faults, mutant } = small;
  const name = JSON.stringify([scenario.name, mode, clients, faults, mutant?.name, lessons]);
  const exploration = learned.get(name) ?? learnBySeeds(small, lessons);
  learned.set(name, exploration);
  return exploration;
}

/**
 * Learns from random schedules which keys clients write. Items that nobody writes may be read at
 * any time, which removes most choices. `isLearned` verifies that nothing was missed.
 */
async function learnBySeeds(small: Small, lessons: number): Promise<Exploration> {
  const written = new Set<string>();
  for (let seed = 1; seed <= lessons; seed += 1) {
    const random = createRandom(seed);
    const outcome = await runSchedule({ ...small, isChanging: () => true }, ({ length }) =>
      random.int(0, length - 1),
    );
    for (const key of outcome.written) written.add(key);
  }
  const keys = [...written];
  return { ...small, isChanging: (start) => keys.some((key) => key.startsWith(start)) };
}

const isLearned = ({ isChanging }: Exploration, { written }: Outcome): boolean =>
  [...written].every((key) => isChanging(key));

/** The first choice that is not asleep, or nothing if all are. */
function nextNode(choices: Choice[], before: Node | undefined, isReduced: boolean) {
  const last = before?.choices[before.taken];
  const asleep =
    last && isReduced ? before.asleep.filter((each) => areIndependent(each, last)) : [];
  const taken = firstAwake(choices, asleep, 0);
  return taken < 0 ? undefined : { choices, taken, asleep };
}

/** Backtracks to the last point with another choice. */
function goBack(path: Node[], isReduced: boolean): void {
  for (let node = path.at(-1); node; node = path.at(-1)) {
    const choice = node.choices[node.taken];
    if (choice && isReduced) node.asleep.push(choice);
    node.taken = firstAwake(node.choices, node.asleep, node.taken + 1);
    if (node.taken >= 0) return;
    path.pop();
  }
}

const firstAwake = (choices: Choice[], asleep: Choice[], from: number): number =>
  choices.findIndex(
    ({ id }, place) => place >= from && !asleep.some((sleeping) => sleeping.id === id),
  );

const idsOf = (choices: Choice[]): string => choices.map(({ id }) => id).join(' ');

/** Includes only points with a choice; drops trailing zeros. */
const replayOf = (lessons: number, path: Node[]): string =>
  [lessons, ...path.filter(({ choices }) => choices.length > 1).map(({ taken }) => taken)]
    .join('.')
    .replace(/(?:\.0)+$/, '');
