import type { Outcome } from './endpoint.ts';

/**
 * Counts of how calls ended, and sums of the times of those that succeeded, all whole numbers.
 * Tallies add up.
 */
export type Tally = {
  ok: number;
  throttled: number;
  timeout: number;
  failed: number;
  latencyMs: number;
  /** Sum over those calls in `ok` that measured it, and how many these are. */
  firstTokenMs: number;
  firstTokens: number;
};

export const TALLY_PARTS = [
  'ok',
  'throttled',
  'timeout',
  'failed',
  'latencyMs',
  'firstTokenMs',
  'firstTokens',
] as const satisfies readonly (keyof Tally)[];

export const NO_CALLS: Tally = {
  ok: 0,
  throttled: 0,
  timeout: 0,
  failed: 0,
  latencyMs: 0,
  firstTokenMs: 0,
  firstTokens: 0,
};

/** Calls are counted in slots of this length, by the time at which they ended. */
export const SLOT_MS = 2_000;

export const slotAt = (atMs: number): number => Math.floor(atMs / SLOT_MS);

export const sumOf = (tallies: Iterable<Tally>): Tally => {
  const sum = { ...NO_CALLS };
  for (const tally of tallies) {
    for (const part of TALLY_PARTS) sum[part] += tally[part];
  }
  return sum;
};

/** What a tally has more than an earlier one. */
export function differenceOf(later: Tally, earlier: Tally): Tally {
  const difference = { ...later };
  for (const part of TALLY_PARTS) difference[part] -= earlier[part];
  return difference;
}

/** One call as a tally. A call that the caller got wrong counts for nothing. */
export function tallyOf({ kind, latencyMs, firstTokenMs }: Outcome): Tally {
  if (kind === 'refused') return NO_CALLS;
  if (kind !== 'ok') return { ...NO_CALLS, [kind]: 1 };
  const first =
    firstTokenMs === undefined ? {} : { firstTokenMs: Math.round(firstTokenMs), firstTokens: 1 };
  return { ...NO_CALLS, ok: 1, latencyMs: Math.round(latencyMs), ...first };
}

export const failuresIn = ({ throttled, timeout, failed }: Tally): number =>
  throttled + timeout + failed;

export const callsIn = (tally: Tally): number => tally.ok + failuresIn(tally);

/** From 0 to 1; `undefined` without calls. */
export function successShareOf(tally: Tally): number | undefined {
  const calls = callsIn(tally);
  return calls === 0 ? undefined : tally.ok / calls;
}

/** Mean over successful calls; `undefined` without any. */
export const meanLatencyMsOf = ({ ok, latencyMs }: Tally): number | undefined =>
  ok === 0 ? undefined : latencyMs / ok;

export const meanFirstTokenMsOf = ({ firstTokens, firstTokenMs }: Tally): number | undefined =>
  firstTokens === 0 ? undefined : firstTokenMs / firstTokens;

/** An endpoint's tallies by slot. */
export type Slots = ReadonlyMap<number, Tally>;

/** What happened from an instant until now. A slot that had begun before the instant is left out. */
export function windowOf(slots: Slots, fromMs: number, nowMs: number): Tally {
  const [first, last] = [Math.ceil(fromMs / SLOT_MS), slotAt(nowMs)];
  return sumOf(
    [...slots].flatMap(([slot, tally]) => (slot >= first && slot <= last ? [tally] : [])),
  );
}
