import type { PromptPrefixes } from '../../../domain/prompt-caching/prefix-history.ts';

/** A route's prompts in the order of time. */
export type Workload = { name: string; prompts: { atMs: number; prompt: PromptPrefixes }[] };

type Random = () => number;

/** Mulberry32, so that a seed gives the same traffic everywhere. */
function randomOf(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const pauseOf = (random: Random, meanMs: number): number => -Math.log(1 - random()) * meanMs;

type Kind = {
  name: string;
  /** Tokens of instructions and tools; 0 for none that prompts share. */
  stableTokens: number;
  startsEveryMs: number;
  /** Turns of a conversation. */
  turns: (random: Random) => number;
  pauseMs: number;
  firstTokens: number;
  turnTokens: number;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const once = (): number => 1;
const geometric =
  (mean: number) =>
  (random: Random): number =>
    1 + Math.floor(Math.log(1 - random()) / Math.log(1 - 1 / mean));

// prettier-ignore
const KINDS: readonly Kind[] = [
  { name: 'agents', stableTokens: 9_000, startsEveryMs: 10 * MINUTE_MS, turns: geometric(20), pauseMs: 15_000, firstTokens: 800, turnTokens: 1_500 },
  { name: 'lone agents', stableTokens: 9_000, startsEveryMs: 3 * HOUR_MS, turns: geometric(12), pauseMs: 20_000, firstTokens: 800, turnTokens: 1_500 },
  { name: 'documents', stableTokens: 400, startsEveryMs: 20_000, turns: once, pauseMs: 0, firstTokens: 12_000, turnTokens: 0 },
  { name: 'classify often', stableTokens: 3_000, startsEveryMs: 10_000, turns: once, pauseMs: 0, firstTokens: 300, turnTokens: 0 },
  { name: 'classify every 8 min', stableTokens: 3_000, startsEveryMs: 8 * MINUTE_MS, turns: once, pauseMs: 0, firstTokens: 300, turnTokens: 0 },
  { name: 'classify every 2 h', stableTokens: 3_000, startsEveryMs: 2 * HOUR_MS, turns: once, pauseMs: 0, firstTokens: 300, turnTokens: 0 },
  { name: 'short chats', stableTokens: 1_500, startsEveryMs: 2 * MINUTE_MS, turns: geometric(1.3), pauseMs: 3 * MINUTE_MS, firstTokens: 2_500, turnTokens: 800 },
  { name: 'slow chats', stableTokens: 2_500, startsEveryMs: 15 * MINUTE_MS, turns: geometric(6), pauseMs: 12 * MINUTE_MS, firstTokens: 1_500, turnTokens: 900 },
];

/** Days of made-up traffic of every kind. */
export function generatedWorkloads(seed: number, days: number): Workload[] {
  return KINDS.map((kind, position) => ({
    name: kind.name,
    prompts: promptsOf(kind, randomOf(seed * 1_000 + position), days * 24 * HOUR_MS),
  }));
}

function promptsOf(kind: Kind, random: Random, endMs: number): Workload['prompts'] {
  const prompts: Workload['prompts'] = [];
  const stable = kind.stableTokens === 0 ? undefined : { key: 'stable', tokens: kind.stableTokens };
  let startMs = pauseOf(random, kind.startsEveryMs);
  for (let conversation = 0; startMs < endMs; conversation += 1) {
    const turns: { key: string; tokens: number }[] = [];
    let tokens = kind.stableTokens;
    let atMs = startMs;
    const count = kind.turns(random);
    for (let turn = 0; turn < count; turn += 1) {
      tokens += Math.round((turn === 0 ? kind.firstTokens : kind.turnTokens) * (0.5 + random()));
      turns.push({ key: `${conversation}-${turn}`, tokens });
      prompts.push({ atMs, prompt: { stable, turns: [...turns] } });
      atMs += pauseOf(random, kind.pauseMs);
    }
    startMs += pauseOf(random, kind.startsEveryMs);
  }
  return prompts.toSorted((left, right) => left.atMs - right.atMs);
}
