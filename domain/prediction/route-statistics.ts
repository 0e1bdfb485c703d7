import type { Posting } from '../ledger/posting.ts';
import { modelStem } from '../pricing/model-id.ts';
import { equalWeights, type RouteWeights } from './expert-weights.ts';
import { OUTPUT_BINS, outputBin } from './output-histogram.ts';
import { parseShape, type PromptShape } from './prompt-shape.ts';
import { noRequests, type RequestMemory } from './recent-requests.ts';

/** Requests of one kind: their outputs resemble each other. The model is a stem (`modelStem`). */
export type Route = { model: string; system: string; operation: string };

/** One served request. `inputTokens` counts the whole input, cached or not. */
export type Observation = {
  inputTokens: number;
  outputTokens: number;
  /** Conversation, document or item that several requests are about. */
  session?: string | undefined;
  /** What the regression reads beside these. */
  atMs?: number | undefined;
  maxOutputTokens?: number | undefined;
  shape?: PromptShape | undefined;
};

/** Outputs seen, each weighing less the more came after it. */
export type OutputStatistics = {
  weight: number;
  outputSum: number;
  /** Sum of the logarithms of output + 1. */
  logSum: number;
  /** Weight by bin of the output's length. */
  bins: Float64Array;
};

/** All that is learned of one route. It learns from its own requests, in place. */
export type RouteStatistics = {
  /** Requests seen ever. */
  requests: number;
  /** All outputs, fading; what routes tell each other. */
  total: OutputStatistics;
  /** The newest requests one by one. */
  memory: RequestMemory;
  weights: RouteWeights;
  /** Feedback of the upper bound's hits and misses, in octaves of output. */
  boundOctaves: number;
  /** Further feedback, of each size of input: that of hits and misses of this size. */
  sizes: (SizeFeedback | undefined)[];
};

/** Requests of one size of input, and how far their bound lies beside the route's, in octaves. */
export type SizeFeedback = { requests: number; octaves: number };

/** What a batch of requests adds to one route, oldest first. */
export type RouteUpdate = { route: Route; observations: Observation[] };

/**
 * How many requests a route's total remembers: after so many more an observation weighs e⁻¹. Counting
 * requests and not hours follows a busy route within minutes and keeps a quiet one's history.
 */
export const FADING_REQUESTS = 1_000;

export const NO_OPERATION = '-';

/** Names a route inside an organization. */
export const routeKey = ({ model, system, operation }: Route): string =>
  [model, system, operation].join('#');

export const emptyStatistics = (): OutputStatistics => ({
  weight: 0,
  outputSum: 0,
  logSum: 0,
  bins: new Float64Array(OUTPUT_BINS),
});

export const emptyRoute = (): RouteStatistics => ({
  requests: 0,
  total: emptyStatistics(),
  memory: { count: 0, columns: noRequests() },
  weights: equalWeights(),
  boundOctaves: 0,
  sizes: [],
});

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
    update.observations.push({
      inputTokens,
      outputTokens: usage.outputTokens,
      session: sessionOf(posting.tags),
      atMs: posting.occurredAtMs,
      maxOutputTokens: posting.maxOutputTokens,
      shape: posting.promptShape === undefined ? undefined : parseShape(posting.promptShape),
    });
    updates.set(key, update);
  }
  return [...updates.values()];
}

/** The tag that names a session. */
export const SESSION_TAG = 'session';

/** The session that a caller named in the tags of a request. */
export const sessionOf = (tags: Record<string, string> | undefined): string | undefined =>
  tags?.[SESSION_TAG];

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

/** Adds one output to fading statistics, in place. */
export function addOutput(statistics: OutputStatistics, outputTokens: number): void {
  const kept = 1 - 1 / FADING_REQUESTS;
  statistics.weight = statistics.weight * kept + 1;
  statistics.outputSum = statistics.outputSum * kept + outputTokens;
  statistics.logSum = statistics.logSum * kept + Math.log(outputTokens + 1);
  const { bins } = statistics;
  for (let bin = 0; bin < OUTPUT_BINS; bin += 1) bins[bin] = (bins[bin] ?? 0) * kept;
  const bin = outputBin(outputTokens);
  bins[bin] = (bins[bin] ?? 0) + 1;
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
  for (let bin = 0; bin < OUTPUT_BINS; bin += 1) {
    sum.bins[bin] = (sum.bins[bin] ?? 0) + sign * (part.bins[bin] ?? 0);
  }
}
