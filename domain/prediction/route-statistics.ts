import type { Posting } from '../ledger/posting.ts';
import { modelStem } from '../pricing/model-id.ts';
import { OUTPUT_BINS, outputBin } from './output-histogram.ts';

/** Requests of one kind: their outputs resemble each other. The model is a stem (`modelStem`). */
export type Route = { model: string; system: string; operation: string };

/** One served request. `inputTokens` counts the whole input, cached or not. */
export type Observation = { inputTokens: number; outputTokens: number };

/** Outputs seen, each weighing less the more came after it. */
export type OutputStatistics = {
  weight: number;
  outputSum: number;
  /** Sum of the logarithms of output + 1. */
  logSum: number;
  /** Weight by bin of the output's length. */
  bins: number[];
};

/** Statistics of one route, in cells by the size of the input. */
export type RouteStatistics = {
  /** Requests seen ever. */
  requests: number;
  cells: Map<number, OutputStatistics>;
};

/** What a batch of requests adds to one route, oldest first. */
export type RouteUpdate = { route: Route; observations: Observation[] };

/**
 * How many requests a cell remembers: after so many more an observation weighs e⁻¹. Counting
 * requests and not hours follows a busy route within minutes and keeps a quiet one's history.
 */
export const REMEMBERED_REQUESTS = 1_000;

export const NO_OPERATION = '-';

/** Names a route inside an organization. */
export const routeKey = ({ model, system, operation }: Route): string =>
  [model, system, operation].join('#');

/** Input cells per doubling of the input's length. */
export const CELLS_PER_OCTAVE = 4;

/** The cell of an input size. */
export const inputCell = (inputTokens: number): number =>
  Math.floor(Math.log2(inputTokens + 1) * CELLS_PER_OCTAVE);

export const emptyStatistics = (): OutputStatistics => ({
  weight: 0,
  outputSum: 0,
  logSum: 0,
  bins: Array.from({ length: OUTPUT_BINS }, () => 0),
});

export const emptyRoute = (): RouteStatistics => ({ requests: 0, cells: new Map() });

/**
 * What postings of one organization teach, by route. Presumptions teach nothing, because nobody
 * knows what was used; a correction carries the whole usage of a request that had expired.
 */
export function routeStatisticsOf(postings: readonly Posting[]): RouteUpdate[] {
  const updates = new Map<string, RouteUpdate>();
  for (const posting of postings) {
    const { usage } = posting;
    const inputTokens = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
    if (posting.kind === 'presumption' || inputTokens < 0 || usage.outputTokens < 0) continue;
    if (inputTokens + usage.outputTokens === 0) continue;
    const route = routeOf(posting);
    const key = routeKey(route);
    const update = updates.get(key) ?? { route, observations: [] };
    update.observations.push({ inputTokens, outputTokens: usage.outputTokens });
    updates.set(key, update);
  }
  return [...updates.values()];
}

/** The route of a request. */
export const routeOf = (request: {
  model: string;
  system: string;
  operation?: string | undefined;
}): Route => ({
  model: modelStem(request.model),
  system: request.system,
  operation: request.operation ?? NO_OPERATION,
});

/** Adds served requests, oldest first, to the statistics of their route, in place. */
export function observe(statistics: RouteStatistics, observations: readonly Observation[]): void {
  for (const { inputTokens, outputTokens } of observations) {
    const index = inputCell(inputTokens);
    let cell = statistics.cells.get(index);
    if (!cell) statistics.cells.set(index, (cell = emptyStatistics()));
    decay(cell, 1 - 1 / REMEMBERED_REQUESTS);
    const bin = outputBin(outputTokens);
    cell.weight += 1;
    cell.outputSum += outputTokens;
    cell.logSum += Math.log(outputTokens + 1);
    cell.bins[bin] = (cell.bins[bin] ?? 0) + 1;
    statistics.requests += 1;
  }
}

/** Adds statistics to a sum, in place; `sign` -1 takes them away. */
export function addStatistics(
  sum: OutputStatistics,
  part: OutputStatistics,
  sign: 1 | -1 = 1,
): void {
  sum.weight += sign * part.weight;
  sum.outputSum += sign * part.outputSum;
  sum.logSum += sign * part.logSum;
  for (const [bin, weight] of part.bins.entries()) {
    if (weight !== 0) sum.bins[bin] = (sum.bins[bin] ?? 0) + sign * weight;
  }
}

function decay(cell: OutputStatistics, factor: number): void {
  cell.weight *= factor;
  cell.outputSum *= factor;
  cell.logSum *= factor;
  for (let bin = 0; bin < OUTPUT_BINS; bin += 1) cell.bins[bin] = (cell.bins[bin] ?? 0) * factor;
}
