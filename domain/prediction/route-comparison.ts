import { OUTPUT_BINS, type OutputDistribution } from './output-histogram.ts';
import {
  REMEMBERED_REQUESTS,
  type RequestMemory,
  STEPS_PER_BIN,
  STEPS_PER_OCTAVE,
  stepsOf,
  tokensOf,
} from './recent-requests.ts';

/**
 * One way to decide which remembered requests resemble a new one. A request weighs more the closer
 * its input is, up to `octaves` away (biweight kernel).
 */
type Level = {
  octaves: number;
  /** Index of the wider level to shrink toward; -1 means what other routes know. */
  parent: number;
  /** Index of a level whose rows include all of this one's; -1 means all rows. */
  within: number;
  /** Limits the level to this many of the newest requests. */
  newest?: number;
  /**
   * Limits the level to requests whose sessions suggested a similar output, within this many
   * octaves.
   */
  sessionOctaves?: number;
};

const OWN_LEVELS: readonly Level[] = [
  { octaves: 1, parent: -1, within: -1 },
  { octaves: 1 / 4, parent: 0, within: 0 },
  { octaves: 1 / 16, parent: 1, within: 1 },
  { octaves: 1 / 64, parent: 2, within: 2 },
  { octaves: 1 / 256, parent: 3, within: 3 },
  { octaves: 1, parent: 1, within: 0, newest: 20 },
  { octaves: 1, parent: 1, within: 0, newest: 80 },
];

const SESSION_LEVELS: readonly Level[] = [
  ...OWN_LEVELS,
  { octaves: 1, parent: 1, within: 0, sessionOctaves: 3 / 4 },
  { octaves: 1, parent: 7, within: 7, sessionOctaves: 1 / 5 },
];

/** Inputs within this many octaves help determine the usual output. */
const USUAL_OCTAVES = 1 / 4;

/** How many similar requests weigh as much as the wider level. */
const SHRINKAGE_REQUESTS = 3;

/** How many requests of a session weigh as much as the usual output for the input. */
const SESSION_SHRINKAGE = 1;

const TYPICAL_STEPS = stepsOf(200);

/** Index of the last expert in each mixture: what other routes know, then each level. */
export const EXPERTS = { own: OWN_LEVELS.length + 1, session: SESSION_LEVELS.length + 1 };

/**
 * A new request compared with the remembered ones. Valid only until the next comparison, because
 * all comparisons share the memory for the weights: a prediction must not allocate a hundred
 * kilobytes.
 */
export type Comparison = {
  memory: RequestMemory;
  input: number;
  session: number;
  usual: number;
  /** 0 if the session is new. */
  center: number;
  levels: readonly Level[];
  /** Total weight of remembered requests, by level. */
  support: number[];
  /** Weighted sum of their output tokens, by level. */
  outputSums: number[];
};

/** Rows of a memory, oldest first, with their weights. Only the first `count` are used. */
type Rows = { rows: Uint16Array; weights: Float64Array; count: number };

const noRows = (): Rows => ({
  rows: new Uint16Array(REMEMBERED_REQUESTS),
  weights: new Float64Array(REMEMBERED_REQUESTS),
  count: 0,
});

const ALL_ROWS: Rows = {
  ...noRows(),
  rows: Uint16Array.from({ length: REMEMBERED_REQUESTS }, (_, row) => row),
};
const FOUND: readonly Rows[] = SESSION_LEVELS.map(noRows);
const ROW_SHARES = new Float64Array(REMEMBERED_REQUESTS);

/** The rows of a level; -1 means all rows. */
const foundBy = (index: number): Rows => FOUND[index] ?? ALL_ROWS;

/** Weights every remembered request by its similarity to a new one. */
export function compare(memory: RequestMemory, inputTokens: number, session: number): Comparison {
  const input = stepsOf(inputTokens);
  const usual = usualOutput(memory, input);
  const center = session === 0 ? 0 : centerOf(memory, session, usual);
  const levels = center > 0 ? SESSION_LEVELS : OWN_LEVELS;
  ALL_ROWS.count = memory.count;
  const request = { memory, input, session, usual, center, levels };
  const matches = levels.map((level, index) => find(level, foundBy(index), request));
  return {
    ...request,
    support: matches.map(({ weight }) => weight),
    outputSums: matches.map(({ outputs }) => outputs),
  };
}

/**
 * Writes the rows that resemble the request, with their weights, to `found`.
 * @returns the sum of the weights, and the weighted sum of output tokens
 */
function find(
  { octaves, within, newest, sessionOctaves }: Level,
  target: Rows,
  { memory, input, center }: Pick<Comparison, 'memory' | 'input' | 'center'>,
): { weight: number; outputs: number } {
  const { inputs, outputs, centers } = memory.columns;
  const scale = 1 / (octaves * STEPS_PER_OCTAVE);
  const sessionScale = 1 / ((sessionOctaves ?? 1) * STEPS_PER_OCTAVE);
  const { rows, weights } = target;
  const from = foundBy(within);
  let at = 0;
  if (newest !== undefined) {
    at = from.count;
    while (at > 0 && (from.rows[at - 1] ?? 0) >= memory.count - newest) at -= 1;
  }
  let count = 0;
  let weightSum = 0;
  let outputSum = 0;
  for (; at < from.count; at += 1) {
    const row = from.rows[at] ?? 0;
    const distance = ((inputs[row] ?? 0) - input) * scale;
    const near = 1 - distance * distance;
    if (near <= 0) continue;
    let weight = near * near;
    if (newest !== undefined) weight *= 1 - (memory.count - 1 - row) / newest;
    if (sessionOctaves !== undefined) {
      const other = centers[row] ?? 0;
      const apart = (other - center) * sessionScale;
      const like = 1 - apart * apart;
      if (other === 0 || like <= 0) continue;
      weight *= like * like;
    }
    rows[count] = row;
    weights[count] = weight;
    count += 1;
    weightSum += weight;
    outputSum += weight * tokensOf(outputs[row] ?? 0);
  }
  target.count = count;
  return { weight: weightSum, outputs: outputSum };
}

/**
 * Mean output for inputs of similar size, shrunk toward the route's mean, all on the logarithmic
 * scale of `stepsOf`.
 */
export function usualOutput({ count, columns }: RequestMemory, input: number): number {
  const { inputs, outputs } = columns;
  const scale = 1 / (USUAL_OCTAVES * STEPS_PER_OCTAVE);
  let near = 0;
  let nearSum = 0;
  let sum = 0;
  for (let row = 0; row < count; row += 1) {
    const output = outputs[row] ?? 0;
    sum += output;
    const distance = ((inputs[row] ?? 0) - input) * scale;
    const likeness = 1 - distance * distance;
    if (likeness <= 0) continue;
    const weight = likeness * likeness;
    near += weight;
    nearSum += weight * output;
  }
  const mean = (sum + SHRINKAGE_REQUESTS * TYPICAL_STEPS) / (count + SHRINKAGE_REQUESTS);
  return Math.round((nearSum + SHRINKAGE_REQUESTS * mean) / (near + SHRINKAGE_REQUESTS));
}

/**
 * The usual output, shifted by how far the session's earlier requests deviated from theirs; 0
 * without any.
 */
function centerOf({ count, columns }: RequestMemory, session: number, usual: number): number {
  let requests = 0;
  let excess = 0;
  for (let row = 0; row < count; row += 1) {
    if (columns.sessions[row] !== session) continue;
    requests += 1;
    excess += (columns.outputs[row] ?? 0) - (columns.usual[row] ?? 0);
  }
  if (requests === 0) return 0;
  return Math.max(1, Math.round(usual + excess / (requests + SESSION_SHRINKAGE)));
}

/**
 * What each expert says about a quantity. `wider` is what other routes say. Every level is shrunk
 * toward its parent according to its support, as in Efron and Morris, JASA 1975.
 * @param sums of the quantity over remembered requests, by level
 */
export function expertsOf(
  { levels, support }: Comparison,
  wider: number,
  sums: readonly number[],
): number[] {
  const said = [wider];
  for (const [index, { parent }] of levels.entries()) {
    const total = (support[index] ?? 0) + SHRINKAGE_REQUESTS;
    said.push(((sums[index] ?? 0) + SHRINKAGE_REQUESTS * (said[parent + 1] ?? wider)) / total);
  }
  return said;
}

/** Weight of remembered outputs between two lengths in steps, by level. */
export function weightBetween(comparison: Comparison, least: number, most: number): number[] {
  const { outputs } = comparison.memory.columns;
  return comparison.levels.map((_, index) => {
    const { rows, weights, count } = foundBy(index);
    let sum = 0;
    for (let at = 0; at < count; at += 1) {
      const output = outputs[rows[at] ?? 0] ?? 0;
      if (output >= least && output <= most) sum += weights[at] ?? 0;
    }
    return sum;
  });
}

/**
 * The experts' distributions mixed by `shares`. `routeShare` is the share that comes from the route
 * itself.
 */
export function mixExperts(
  { levels, support, memory }: Comparison,
  wider: OutputDistribution,
  shares: readonly number[],
): { shares: Float64Array; routeShare: number } {
  const parts = levels.map((_, index) => shares[index + 1] ?? 0);
  const factors = levels.map(() => 0);
  let wide = shares[0] ?? 0;
  for (let index = levels.length - 1; index >= 0; index -= 1) {
    const part = parts[index] ?? 0;
    const total = (support[index] ?? 0) + SHRINKAGE_REQUESTS;
    factors[index] = part / total;
    const passed = (part * SHRINKAGE_REQUESTS) / total;
    const parent = levels[index]?.parent ?? -1;
    if (parent < 0) wide += passed;
    else parts[parent] = (parts[parent] ?? 0) + passed;
  }
  const mixed = new Float64Array(OUTPUT_BINS);
  for (let bin = 0; bin < OUTPUT_BINS; bin += 1) mixed[bin] = wide * (wider.shares[bin] ?? 0);
  const { outputs } = memory.columns;
  ROW_SHARES.fill(0, 0, memory.count);
  for (const [index, factor] of factors.entries()) {
    const { rows, weights, count } = foundBy(index);
    for (let at = 0; at < count; at += 1) {
      const row = rows[at] ?? 0;
      ROW_SHARES[row] = (ROW_SHARES[row] ?? 0) + factor * (weights[at] ?? 0);
    }
  }
  // The widest level includes the rows of every other level.
  const { rows, count } = foundBy(0);
  for (let at = 0; at < count; at += 1) {
    const row = rows[at] ?? 0;
    const bin = Math.floor((outputs[row] ?? 0) / STEPS_PER_BIN);
    mixed[bin] = (mixed[bin] ?? 0) + (ROW_SHARES[row] ?? 0);
  }
  return { shares: mixed, routeShare: 1 - wide };
}
