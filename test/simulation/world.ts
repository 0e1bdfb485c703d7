import { type ErrorKind, ServiceError } from '../../services/errors.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import { StoreUnavailableError } from '../../tables/dynamodb.ts';
import { createAuditor } from './auditor.ts';
import { CALM, type Weather } from './faulty-store.ts';
import { createMemoryStore } from './memory-store.ts';
import type { Mutant } from './mutants.ts';
import { createProcess, type Process } from './process.ts';
import { createRandom, type Random } from './random.ts';
import { createScheduler } from './scheduler.ts';

export const ORGANIZATION = 'acme';
export const SKEW_MS = 2_000;
const PROCESSES = 4;
/** How long a reservation is held. A new setting reaches processes one by one. */
const HOLDS_MS: readonly [number, ...number[]] = [30_000, 120_000, 120_000, 300_000];
const ROLL_OUT_MS = 30_000;
const ACTIVE_MS = 20 * 60_000;
/** A process is killed if one request takes longer than this, as Lambda does. */
const LIFETIME_MS = 10_000;
/** Query pages are this small, so that every reader must page. */
const PAGE_ITEMS = 3;

/** Midnights: of ordinary days, month ends, a year's end, and days when clocks change. */
const MIDNIGHTS: readonly [string, ...string[]] = [
  '2026-11-30T24:00:00Z',
  '2026-12-31T24:00:00Z',
  '2026-11-21T24:00:00Z',
  // Berlin: start and end of 25- and 23-hour days.
  '2026-10-24T22:00:00Z',
  '2026-10-25T23:00:00Z',
  '2026-03-28T23:00:00Z',
  '2026-03-29T22:00:00Z',
  // New York: a month starts on a 25-hour day.
  '2026-11-01T04:00:00Z',
  '2026-11-02T05:00:00Z',
  // Havana: a midnight that does not exist.
  '2026-03-08T05:00:00Z',
  // Kolkata: a half-hour offset, at a month's end.
  '2026-11-30T18:30:00Z',
];
export const TIME_ZONES: readonly [string, ...string[]] = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Havana',
  'Asia/Kolkata',
];

export type Answer<Value> =
  | { kind: 'value'; value: Value }
  | { kind: 'problem'; type: ErrorKind }
  /** It is unknown whether it was done. */
  | { kind: 'unknown' };

export type World = ReturnType<typeof createWorld>;

/** Everything that one seed determines: times, faults, clocks and participants. */
export function createWorld(seed: number, mutant: Mutant | undefined, onlyLaw?: string) {
  const random = createRandom(seed);
  const midnightMs = Date.parse(random.pick(MIDNIGHTS));
  const startMs = midnightMs - random.int(1, 15) * 60_000;
  const scheduler = createScheduler(startMs);
  const auditor = createAuditor({
    organizationId: ORGANIZATION,
    now: () => Math.floor(scheduler.now()),
    skewMs: SKEW_MS,
    onlyLaw,
  });
  const { store } = createMemoryStore(Object.values(TABLE_DEFINITIONS), {
    pageItems: PAGE_ITEMS,
    onCommit: (changes) => auditor.onCommit(changes),
  });
  const rollOut = drawRollOut(random, startMs);
  const stormy = drawWeather(random);
  let weather = stormy;
  const surroundings = { random, scheduler, store, mutant, weather: () => weather };
  const processes = createProcesses(surroundings, startMs, rollOut);

  return {
    random,
    scheduler,
    auditor,
    store,
    startMs,
    midnightMs,
    firstHoldMs: rollOut.firstHoldMs,
    lastHoldMs: rollOut.lastHoldMs,
    endMs: startMs + ACTIVE_MS,
    skewMs: SKEW_MS,
    emphasis: mutant?.emphasis ?? {},
    hasWorkflows: mutant ? mutant.emphasis?.hasWorkflows === true : random.chance(0.4),

    /** Ends all faults. @returns a process with an exact clock and an empty memory */
    calmly(): Process {
      weather = CALM;
      return processes.start(0);
    },
    storm(): void {
      weather = stormy;
    },

    /** The clock of someone outside, up to two seconds off. */
    outsideNow: (skewMs: number): number => Math.floor(scheduler.now() + skewMs),
    drawSkew: (): number => random.int(-SKEW_MS, SKEW_MS),

    /** Sends a request to some process and returns what a caller would see. */
    ask<Value>(what: string, step: (process: Process) => Promise<Value>): Promise<Answer<Value>> {
      const process = processes.any();
      const isAnswerLost = random.chance(weather.lostAnswer);
      return answerFrom({ process, what, isAnswerLost, scheduler, auditor }, step);
    },
  };
}

type Asked = {
  process: Process;
  what: string;
  isAnswerLost: boolean;
  scheduler: ReturnType<typeof createScheduler>;
  auditor: ReturnType<typeof createAuditor>;
};

/** Waits for one request as a caller does: returns its answer, or `unknown` after `LIFETIME_MS`. */
function answerFrom<Value>(
  { process, what, isAnswerLost, scheduler, auditor }: Asked,
  step: (process: Process) => Promise<Value>,
): Promise<Answer<Value>> {
  scheduler.note(`${process.name} ← ${what}`);
  return new Promise((resolve) => {
    let isDone = false;
    const answer = (result: Answer<Value>): void => {
      if (!process.alive || isDone) return;
      isDone = true;
      scheduler.note(`${process.name} → ${what} ${isAnswerLost ? 'LOST' : textOf(result)}`);
      if (!isAnswerLost) resolve(result);
    };
    step(process).then(
      (value) => answer({ kind: 'value', value }),
      (error: unknown) => answer(answerOf(error, auditor)),
    );
    scheduler.after(LIFETIME_MS, () => {
      if (!isDone) process.alive = false;
      resolve({ kind: 'unknown' });
    });
  });
}

type RollOut = { firstHoldMs: number; lastHoldMs: number; atMs: number };

/** The deployment's hold time, and in some seeds another one that it changes to. */
function drawRollOut(random: Random, startMs: number): RollOut {
  const firstHoldMs = random.pick(HOLDS_MS);
  const lastHoldMs = random.chance(0.25) ? random.pick(HOLDS_MS) : firstHoldMs;
  return { firstHoldMs, lastHoldMs, atMs: startMs + random.next() * ACTIVE_MS };
}

/** The processes that serve requests. Each place has one, and gets a new one when it dies. */
function createProcesses(
  surroundings: Parameters<typeof createProcess>[0],
  startMs: number,
  { firstHoldMs, lastHoldMs, atMs }: RollOut,
) {
  const { random, scheduler } = surroundings;
  const processes: Process[] = [];
  let started = 0;

  function start(skewMs = random.int(-SKEW_MS, SKEW_MS)): Process {
    const holdMs = scheduler.now() < atMs ? firstHoldMs : lastHoldMs;
    return createProcess(surroundings, `p${(started += 1)}`, skewMs, holdMs);
  }

  if (lastHoldMs !== firstHoldMs) {
    for (let place = 0; place < PROCESSES; place += 1) {
      scheduler.after(atMs - startMs + random.next() * ROLL_OUT_MS, () => {
        processes[place] = start();
        scheduler.note(`${processes[place]?.name} HOLDS ${lastHoldMs} ms`);
      });
    }
  }

  return {
    start,
    /** A live process; replaces the chosen one if it has died. */
    any(): Process {
      const place = random.int(0, PROCESSES - 1);
      const chosen = processes[place];
      if (chosen?.alive) return chosen;
      return (processes[place] = start());
    },
  };
}

function answerOf(error: unknown, auditor: ReturnType<typeof createAuditor>): Answer<never> {
  if (error instanceof ServiceError) return { kind: 'problem', type: error.kind };
  if (error instanceof StoreUnavailableError) return { kind: 'unknown' };
  auditor.breaks('only problems are thrown', error instanceof Error ? error.message : 'no error');
  return { kind: 'unknown' };
}

/** Some seeds are calm, some stormy, and some have only one kind of trouble. */
function drawWeather(random: Random): Weather {
  const strength = random.pick([0.2, 1, 1, 3, 10]);
  const of = (probability: number): number =>
    random.chance(0.75) ? Math.min(0.5, probability * strength) : 0;
  return {
    lostRequest: of(0.01),
    lostAnswer: of(0.015),
    zombie: of(0.005),
    duplicate: of(0.02),
    conflict: of(0.05),
    crash: of(0.002),
    slow: of(0.02),
  };
}

function textOf(answer: Answer<unknown>): string {
  if (answer.kind !== 'value') return answer.kind === 'problem' ? answer.type : 'unknown';
  const { kind, state } = (answer.value ?? {}) as { kind?: string; state?: string };
  return kind ?? state ?? 'done';
}
