import {
  hashShare,
  logNormalVariate,
  poissonCount,
  type SeededRandom,
  seededRandom,
} from '../../traces/seeded-random.ts';

/** One piece of work that somebody wants done, however it is served. */
export type Call = {
  id: string;
  atMs: number;
  /** What the work needs: the whole input, cached or not. */
  inputTokens: number;
  /** Input that the work does not need. */
  needlessTokens: number;
  outputTokens: number;
  session?: string | undefined;
  /** Calls with the same name share these first tokens; a session's grow with each turn. */
  shared: { name: string; tokens: number };
  promptHash: string;
  /** The same prompt came earlier on this day: again, or because an agent turns in a loop. */
  repeats?: 'prompt' | 'loop' | undefined;
  /** How many attempts fail before one succeeds. */
  failures: number;
  /** Decides who follows advice: the same for all calls that only change together. */
  cohort: number;
  /** Decides which of several models serves it, and whether its answer is graded. */
  draw: number;
};

/** Kinds of traffic. `bursts` and `sessions` are series of calls with the given gaps. */
export type Traffic = {
  shape: 'spread' | 'bursts' | 'sessions' | 'nightly';
  /** Median tokens. */
  inputTokens: number;
  outputTokens: number;
  /** Gaps within a series. */
  gapMinutes?: readonly [least: number, most: number];
  /** Calls of a series. */
  turns?: number;
  /** Needless input as a share of the needed one. */
  needlessShare?: number;
  /** First tokens that all calls share, or that only look alike because each has its own. */
  prefix?: { tokens: number; isCommon: boolean };
  /** Shares of calls that repeat a prompt of the same day, fail first, or repeat within a loop. */
  repeatShare?: number;
  failureShare?: number;
  loopShare?: number;
};

export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** People and jobs of the day work from 05:00 to 22:00 UTC, so no cache outlives a day. */
const OPENS_MS = 5 * HOUR_MS;
const OPEN_MS = 17 * HOUR_MS;
/** A nightly job runs from 02:40 to 03:20. */
const JOB_STARTS_MS = 160 * MINUTE_MS;
const JOB_LASTS_MS = 40 * MINUTE_MS;
const SESSION_TURN_TOKENS = 600;

type Day = { name: string; startMs: number; seed: number; perDay: number };
type Slot = { atMs: number; session?: string | undefined; turn: number; cohort: number };

/** The calls of one route on one day, oldest first: the same for the same seed, name and day. */
export function callsOf(traffic: Traffic, day: Day): Call[] {
  const { name, startMs, seed } = day;
  const random = seededRandom(Math.floor(hashShare(`${name}#${startMs}#${seed}`) * 2 ** 32));
  const calls: Call[] = [];
  let before: Call | undefined;
  for (const slot of slotsOf(traffic, day, random)) {
    const id = `${name}-${startMs / DAY_MS}-${calls.length}`;
    const call = callAt(
      slot,
      { id, name, before: slot.turn > 0 ? before : undefined },
      traffic,
      random,
    );
    calls.push(call);
    before = call;
    if (random() < (traffic.loopShare ?? 0)) calls.push(...loopOf(call, random));
  }
  calls.sort((left, right) => left.atMs - right.atMs);
  if (traffic.repeatShare !== undefined) repeatPrompts(calls, traffic.repeatShare, random);
  return calls;
}

/** When the calls of a day are made; those of a series follow each other. */
function slotsOf(traffic: Traffic, { name, startMs, perDay }: Day, random: SeededRandom): Slot[] {
  const within = (fromMs: number, lastsMs: number): number =>
    Math.floor(startMs + fromMs + lastsMs * random());
  const several = (count: number, fromMs: number, lastsMs: number): Slot[] =>
    Array.from({ length: count }, () => ({
      atMs: within(fromMs, lastsMs),
      turn: 0,
      cohort: random(),
    }));
  if (traffic.shape === 'spread') return several(poissonCount(perDay, random), OPENS_MS, OPEN_MS);
  if (traffic.shape === 'nightly') {
    const nightly = Math.max(2, poissonCount(perDay, random) - 1);
    return [
      ...several(nightly, JOB_STARTS_MS, JOB_LASTS_MS),
      ...several(1, 11 * HOUR_MS, 5 * HOUR_MS),
    ];
  }
  const { turns = 8, gapMinutes: [least, most] = [1, 4] } = traffic;
  const lastsMs = turns * most * MINUTE_MS;
  return Array.from({ length: poissonCount(perDay / turns, random) }).flatMap((_, series) => {
    const isSession = traffic.shape === 'sessions';
    const session = isSession ? `${name}-${startMs / DAY_MS}-s${series}` : undefined;
    let atMs = within(OPENS_MS, OPEN_MS - lastsMs);
    const shared = random();
    return Array.from({ length: turns }, (_turn, turn): Slot => {
      const slot = isSession
        ? { atMs, session, turn, cohort: shared }
        : { atMs, turn: 0, cohort: random() };
      atMs += Math.floor((least + (most - least) * random()) * MINUTE_MS);
      return slot;
    });
  });
}

function callAt(
  { atMs, session, cohort }: Slot,
  { id, name, before }: { id: string; name: string; before: Call | undefined },
  traffic: Traffic,
  random: SeededRandom,
): Call {
  const { prefix, needlessShare = 0, failureShare = 0 } = traffic;
  const size = (median: number, sigma: number): number =>
    Math.max(1, Math.round(median * logNormalVariate(sigma, random)));
  const inputTokens = before
    ? before.inputTokens + before.outputTokens + size(SESSION_TURN_TOKENS, 0.4)
    : size(traffic.inputTokens, 0.35) + (prefix?.tokens ?? 0);
  return {
    id,
    atMs,
    inputTokens,
    needlessTokens: Math.round(traffic.inputTokens * needlessShare),
    outputTokens: size(traffic.outputTokens, 0.4),
    session,
    shared: {
      name: session ?? (prefix?.isCommon ? name : id),
      tokens: session === undefined ? (prefix?.tokens ?? 0) : inputTokens,
    },
    promptHash: id,
    failures: random() < failureShare ? 1 + Math.floor(2 * random()) : 0,
    cohort,
    draw: random(),
  };
}

/** An agent sends the same call several times more, a quarter of a minute apart. */
function loopOf(call: Call, random: SeededRandom): Call[] {
  return Array.from({ length: 3 + Math.floor(4 * random()) }, (_, round) => ({
    ...call,
    id: `${call.id}-r${round}`,
    atMs: call.atMs + (round + 1) * 15_000,
    repeats: 'loop' as const,
    failures: 0,
  }));
}

/** Makes a share of the calls repeat the prompt of an earlier one. */
function repeatPrompts(calls: Call[], share: number, random: SeededRandom): void {
  const firsts: Call[] = [];
  for (const [index, call] of calls.entries()) {
    const first = firsts[Math.floor(firsts.length * random())];
    if (!first || random() >= share) {
      firsts.push(call);
      continue;
    }
    const { inputTokens, outputTokens, promptHash, cohort } = first;
    calls[index] = { ...call, inputTokens, outputTokens, promptHash, cohort, repeats: 'prompt' };
  }
}
