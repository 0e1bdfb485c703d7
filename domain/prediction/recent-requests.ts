import { textHash } from '../text-hash.ts';
import { BINS_PER_OCTAVE, OUTPUT_BINS } from './output-histogram.ts';

/** How many of a route's newest requests to compare with a new one. */
export const REMEMBERED_REQUESTS = 2_048;

/** Lengths are stored as logarithms with this many steps per doubling, so one step is 0.03 %. */
export const STEPS_PER_OCTAVE = 2_048;

/** Output steps per histogram bin. */
export const STEPS_PER_BIN = STEPS_PER_OCTAVE / BINS_PER_OCTAVE;

const MOST_STEPS = OUTPUT_BINS * STEPS_PER_BIN - 1;

/**
 * A route's newest requests, oldest first, in columns of equal length. Small enough to store whole,
 * and readable without decoding. All lengths are in steps (`stepsOf`).
 */
export type RecentRequests = {
  inputs: Uint16Array;
  outputs: Uint16Array;
  /** The usual output of inputs of this size, as known at the time. */
  usual: Uint16Array;
  /** The output that the session's earlier requests suggested; 0 if there were none. */
  centers: Uint16Array;
  /** Hash of the session, or 0 without a session. */
  sessions: Uint32Array;
};

/** One request in a route's memory. */
export type RememberedRequest = {
  input: number;
  output: number;
  usual: number;
  center: number;
  session: number;
};

/** A length on a logarithmic scale: `log2(tokens + 1)` in steps, capped at 260,000 tokens. */
export const stepsOf = (tokens: number): number =>
  Math.min(MOST_STEPS, Math.max(0, Math.round(Math.log2(tokens + 1) * STEPS_PER_OCTAVE)));

/** Filled as lengths occur, because a fresh environment meets few of them. 0 is not filled. */
const TOKENS_OF_STEPS = new Float64Array(MOST_STEPS + 1);

/** Converts steps to tokens. */
export function tokensOf(steps: number): number {
  const kept = TOKENS_OF_STEPS[steps];
  if (kept !== 0) return kept ?? 0;
  const tokens = 2 ** (steps / STEPS_PER_OCTAVE) - 1;
  TOKENS_OF_STEPS[steps] = tokens;
  return tokens;
}

export const noRequests = (): RecentRequests => ({
  inputs: new Uint16Array(0),
  outputs: new Uint16Array(0),
  usual: new Uint16Array(0),
  centers: new Uint16Array(0),
  sessions: new Uint32Array(0),
});

/** Initial room for new requests. Growing by half each time costs less than growing one by one. */
const LEAST_ROOM = 32;

/** Adds a request to a memory. Replaces the columns when they are full. */
export function remember(memory: RequestMemory, request: RememberedRequest): void {
  if (memory.count === REMEMBERED_REQUESTS) {
    for (const column of Object.values(memory.columns)) column.copyWithin(0, 1);
    memory.count -= 1;
  } else if (memory.count === memory.columns.inputs.length) {
    const room = Math.min(REMEMBERED_REQUESTS, Math.max(LEAST_ROOM, memory.count * 2));
    memory.columns = resized(memory.columns, room);
  }
  const { columns, count } = memory;
  columns.inputs[count] = request.input;
  columns.outputs[count] = request.output;
  columns.usual[count] = request.usual;
  columns.centers[count] = request.center;
  columns.sessions[count] = request.session;
  memory.count += 1;
}

/** Columns; only the first `count` rows are used. */
export type RequestMemory = { count: number; columns: RecentRequests };

/** Only the used rows, for storage. */
export const trimmed = ({ count, columns }: RequestMemory): RecentRequests =>
  resized(columns, count);

function resized(from: RecentRequests, length: number): RecentRequests {
  const resize16 = (column: Uint16Array): Uint16Array => {
    const grown = new Uint16Array(length);
    grown.set(column.subarray(0, length));
    return grown;
  };
  const sessions = new Uint32Array(length);
  sessions.set(from.sessions.subarray(0, length));
  return {
    inputs: resize16(from.inputs),
    outputs: resize16(from.outputs),
    usual: resize16(from.usual),
    centers: resize16(from.centers),
    sessions,
  };
}

/** A session's name as a number from 1 to 2^32 - 1; 0 without a session. */
export const sessionHash = (session: string | undefined): number =>
  session === undefined ? 0 : textHash(session) || 1;
