import type { Posting } from '../ledger/posting.ts';
import { modelStem } from '../pricing/model-id.ts';
import { type Feedback, noFeedback } from './model-feedback.ts';
import { equalWeights, type RouteWeights } from './expert-weights.ts';
import { OUTPUT_BINS, outputBin } from './output-histogram.ts';
import { parseShape, type PromptShape } from './prompt-shape.ts';
import { noRequests, type RequestMemory } from './recent-requests.ts';

/** Requests of one kind, whose outputs resemble each other. The model is a stem (`modelStem`). */
export type Route = { model: string; system: string; operation: string };

/** One served request. `inputTokens` is the whole input, cached or not. */
export type Observation = {
  inputTokens: number;
  outputTokens: number;
  /** The conversation, document or item that several requests share. */
  session?: string | undefined;
  /** Other inputs of the regression. */
  atMs?: number | undefined;
  maxOutputTokens?: number | undefined;
  shape?: PromptShape | undefined;
  /** For the selection of models: how good the answer was, and how long it took. */
  quality?: number | undefined;
  latencyMs?: number | undefined;
};

/** Past outputs, each weighing less the more came after it. */
export type OutputStatistics = {
  weight: number;
  outputSum: number;
  /** Sum of the logarithms of output + 1. */
  logSum: number;
  /** Weight by bin of the output length. */
  bins: Float64Array;
};

/** Everything learned about one route from its own requests. Updated in place. */
export type RouteStatistics = {
  /** Number of requests ever seen. */
  requests: number;
  /** All outputs, fading. This is what routes share with each other. */
  total: OutputStatistics;
  /** The newest requests, individually. */
  memory: RequestMemory;
  weights: RouteWeights;
  /** Feedback from hits and misses of the upper bound, in octaves of output. */
  boundOctaves: number;
  /** Additional feedback for each input size. */
  sizes: (SizeFeedback | undefined)[];
  /** What the selection of models learns from the same requests. */
  feedback: Feedback;
};

/** Requests of one input size, and how far their bound is from the route's, in octaves. */
export type SizeFeedback = { requests: number; octaves: number };

/** What a batch of requests adds to one route, oldest first. */
export type RouteUpdate = { route: Route; observations: Observation[] };

/**
 * The memory of a route's total: after this many more requests, an observation weighs e⁻¹. Counting
 * requests rather than hours follows a busy route within minutes and keeps a quiet one's history.
 */
export const FADING_REQUESTS = 1_000;

export const NO_OPERATION = '-';

/** Identifies a route within an organization. */
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
  feedback: noFeedback(),
});

/**
 * What an organization's postings teach, by route. Presumptions teach nothing, because the actual
 * usage is unknown. A correction contains the full usage of a request that had expired.
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
      quality: posting.quality,
      latencyMs: posting.latencyMs,
    });
    updates.set(key, update);
  }
  return [...updates.values()];
}

/** The tag for a session. */
export const SESSION_TAG = 'session';

/** The session in a request's tags. */
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

/** Adds statistics to a sum, in place; `sign` -1 subtracts them. */
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
