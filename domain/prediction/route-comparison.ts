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
 * One way to say which remembered requests resemble a new one. Each request weighs by how near its
 * input is, at most `octaves` away (biweight kernel).
 */
type Level = {
  octaves: number;
  /** Index of the wider level that it is shrunk towards; -1 for what other routes know. */
  parent: number;
  /** Only so many of the newest requests. */
  newest?: number;
  /** Only where a session's earlier requests made expect the same output, so many octaves around. */
  sessionOctaves?: number;
};

const OWN_LEVELS: readonly Level[] = [
  { octaves: 1, parent: -1 },
  { octaves: 1 / 4, parent: 0 },
  { octaves: 1 / 16, parent: 1 },
  { octaves: 1 / 64, parent: 2 },
  { octaves: 1 / 256, parent: 3 },
  { octaves: 1, parent: 1, newest: 20 },
  { octaves: 1, parent: 1, newest: 80 },
];

const SESSION_LEVELS: readonly Level[] = [
  ...OWN_LEVELS,
  { octaves: 1, parent: 1, sessionOctaves: 3 / 4 },
  { octaves: 1, parent: 7, sessionOctaves: 1 / 5 },
];

/** What is usual for an input size is read at this level. */
const USUAL_LEVEL = 1;

/** Resembling requests that weigh as much as all that the wider level says. */
const SHRINKAGE_REQUESTS = 3;

/** How many requests of a session weigh as much as what is usual for the input. */
const SESSION_SHRINKAGE = 1;

const TYPICAL_STEPS = stepsOf(200);

/** Experts of a mixture: what other routes know, then each level. */
export const EXPERTS = { own: OWN_LEVELS.length + 1, session: SESSION_LEVELS.length + 1 };

/**
 * A new request beside the remembered ones. It is valid until the next comparison: the weights live
 * in memory that all comparisons share, because a prediction must not allocate a hundred kilobytes.
 */
export type Comparison = {
  memory: RequestMemory;
  input: number;
  session: number;
  usual: number;
  /** 0 where the session is new. */
  center: number;
  levels: readonly Level[];
  /** Weight of all remembered requests, by level. */
  support: number[];
  /** Sum of their outputs in tokens, by level. */
  outputSums: number[];
};

const WEIGHTS = SESSION_LEVELS.map(() => new Float64Array(REMEMBERED_REQUESTS));
const OUTPUT_TOKENS = new Float64Array(REMEMBERED_REQUESTS);
const ROW_SHARES = new Float64Array(REMEMBERED_REQUESTS);

/** Weighs every remembered request by its likeness to a new one. */
export function compare(memory: RequestMemory, inputTokens: number, session: number): Comparison {
  const input = stepsOf(inputTokens);
  for (const [index, level] of OWN_LEVELS.entries()) weigh(index, level, memory, input, 0);
  const usual = usualOutput(memory);
  const center = session === 0 ? 0 : centerOf(memory, session, usual);
  const levels = center > 0 ? SESSION_LEVELS : OWN_LEVELS;
  for (let index = OWN_LEVELS.length; index < levels.length; index += 1) {
    const level = levels[index];
    if (level) weigh(index, level, memory, input, center);
  }
  for (let row = 0; row < memory.count; row += 1) {
    OUTPUT_TOKENS[row] = tokensOf(memory.columns.outputs[row] ?? 0);
  }
  const support: number[] = [];
  const outputSums: number[] = [];
  for (const [index] of levels.entries()) {
    const weights = weightsOf(index);
    let sum = 0;
    let outputs = 0;
    for (let row = 0; row < memory.count; row += 1) {
      const weight = weights[row] ?? 0;
      sum += weight;
      outputs += weight * (OUTPUT_TOKENS[row] ?? 0);
    }
    support.push(sum);
    outputSums.push(outputs);
  }
  return { memory, input, session, usual, center, levels, support, outputSums };
}

function weigh(
  index: number,
  { octaves, newest, sessionOctaves }: Level,
  { count, columns }: RequestMemory,
  input: number,
  center: number,
): void {
  const weights = weightsOf(index);
  const { inputs, centers } = columns;
  const scale = 1 / (octaves * STEPS_PER_OCTAVE);
  for (let row = 0; row < count; row += 1) {
    const distance = ((inputs[row] ?? 0) - input) * scale;
    const near = 1 - distance * distance;
    weights[row] = near > 0 ? near * near : 0;
  }
  if (newest !== undefined) {
    const first = Math.max(0, count - newest);
    weights.fill(0, 0, first);
    for (let row = first; row < count; row += 1) {
      weights[row] = (weights[row] ?? 0) * (1 - (count - 1 - row) / newest);
    }
  }
  if (sessionOctaves !== undefined) {
    const sessionScale = 1 / (sessionOctaves * STEPS_PER_OCTAVE);
    for (let row = 0; row < count; row += 1) {
      const other = centers[row] ?? 0;
      const apart = (other - center) * sessionScale;
      const like = other === 0 ? 0 : Math.max(0, 1 - apart * apart);
      weights[row] = (weights[row] ?? 0) * like * like;
    }
  }
}

const weightsOf = (index: number): Float64Array => WEIGHTS[index] ?? ROW_SHARES;

/** Mean of the logarithms of outputs of inputs of like size, shrunk towards the route's mean. */
function usualOutput({ count, columns }: RequestMemory): number {
  const weights = weightsOf(USUAL_LEVEL);
  let near = 0;
  let nearSum = 0;
  let sum = 0;
  for (let row = 0; row < count; row += 1) {
    const output = columns.outputs[row] ?? 0;
    const weight = weights[row] ?? 0;
    near += weight;
    nearSum += weight * output;
    sum += output;
  }
  const mean = (sum + SHRINKAGE_REQUESTS * TYPICAL_STEPS) / (count + SHRINKAGE_REQUESTS);
  return Math.round((nearSum + SHRINKAGE_REQUESTS * mean) / (near + SHRINKAGE_REQUESTS));
}

/** What is usual, moved by how far the session's earlier requests were from usual; 0 without any. */
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
 * What each expert says of a quantity, where `wider` is what other routes say: every level is shrunk
 * towards its parent by its support, as in Efron and Morris, JASA 1975.
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
  const { count, columns } = comparison.memory;
  return comparison.levels.map((_, index) => {
    const weights = weightsOf(index);
    let sum = 0;
    for (let row = 0; row < count; row += 1) {
      const output = columns.outputs[row] ?? 0;
      if (output >= least && output <= most) sum += weights[row] ?? 0;
    }
    return sum;
  });
}

/** The experts' distributions, mixed by `shares`; `known` is how much of it is the route's own. */
export function mixExperts(
  { levels, support, memory }: Comparison,
  wider: OutputDistribution,
  shares: readonly number[],
): { shares: number[]; known: number } {
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
  const mixed = Array.from({ length: OUTPUT_BINS }, (_, bin) => wide * (wider.shares[bin] ?? 0));
  const { count, columns } = memory;
  ROW_SHARES.fill(0, 0, count);
  for (const [index, factor] of factors.entries()) {
    const weights = weightsOf(index);
    for (let row = 0; row < count; row += 1) {
      ROW_SHARES[row] = (ROW_SHARES[row] ?? 0) + factor * (weights[row] ?? 0);
    }
  }
  for (let row = 0; row < count; row += 1) {
    const bin = Math.floor((columns.outputs[row] ?? 0) / STEPS_PER_BIN);
    mixed[bin] = (mixed[bin] ?? 0) + (ROW_SHARES[row] ?? 0);
  }
  return { shares: mixed, known: 1 - wide };
}
