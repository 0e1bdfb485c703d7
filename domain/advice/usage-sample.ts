import type { Posting } from '../ledger/posting.ts';
import type { NanoUsd } from '../money.ts';
import { sessionOf } from '../prediction/route-statistics.ts';
import { addUsage, type TokenUsage, tokensOf, unitCounts } from '../token-usage.ts';
import type { Route } from './recommendation.ts';

/** The tag with a hash of the whole prompt. Requests with equal hashes are exact repeats. */
export const PROMPT_HASH_TAG = 'promptHash';
/** `urgency: deferred` marks requests that can wait for hours. */
export const URGENCY_TAG = 'urgency';

/** One request, derived from its postings: what it used, and its cost after all corrections. */
export type RequestFact = Route & {
  atMs: number;
  region?: string | undefined;
  usage: TokenUsage;
  costNanoUsd: NanoUsd;
  maxOutputTokens?: number | undefined;
  quality?: number | undefined;
  session?: string | undefined;
  promptHash?: string | undefined;
  isDeferrable: boolean;
};

/**
 * Requests of whole UTC days, oldest first: either all of them or those of some hours per day.
 * `allRequests` is the total on those days.
 */
export type UsageSample = { requests: readonly RequestFact[]; days: number; allRequests: bigint };

export type RouteUsage = { route: Route; requests: RequestFact[] };

/**
 * Combines postings, in any order, into requests, adding each correction to what it corrects.
 * Leaves out requests with unknown usage.
 */
export function requestFactsOf(postings: Iterable<Posting>): RequestFact[] {
  const byEntry = new Map<string, Posting[]>();
  for (const posting of postings) {
    // Systems choose their own event ids, so two systems may use the same one.
    const name = JSON.stringify([posting.system, posting.entryId]);
    const existing = byEntry.get(name);
    if (existing) existing.push(posting);
    else byEntry.set(name, [posting]);
  }
  return [...byEntry.values()].flatMap(requestOf).toSorted((left, right) => left.atMs - right.atMs);
}

function requestOf(postings: Posting[]): RequestFact[] {
  const first = postings.find(({ requests }) => requests === 1);
  if (!first) return [];
  const usage = postings.map((posting) => posting.usage).reduce(addUsage);
  const counts = [usage.inputTokens, usage.outputTokens, usage.cacheReadTokens];
  if (counts.some((count) => count < 0)) return [];
  if (tokensOf(usage) === 0 && unitCounts(usage).length === 0) return [];
  return [
    {
      system: first.system,
      operation: first.operation,
      model: first.model,
      region: first.region,
      atMs: first.occurredAtMs,
      usage,
      costNanoUsd: postings.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n),
      maxOutputTokens: first.maxOutputTokens,
      quality: postings.findLast(({ quality }) => quality !== undefined)?.quality,
      session: sessionOf(first.tags),
      promptHash: first.tags?.[PROMPT_HASH_TAG],
      isDeferrable: first.tags?.[URGENCY_TAG] === 'deferred',
    },
  ];
}

/** Groups requests by system, operation and recorded model. */
export function routesOf(requests: Iterable<RequestFact>): RouteUsage[] {
  const routes = new Map<string, RouteUsage>();
  for (const request of requests) {
    const { system, operation, model } = request;
    const key = [system, operation ?? '', model].join('#');
    const existing = routes.get(key);
    if (existing) existing.requests.push(request);
    else routes.set(key, { route: { system, operation, model }, requests: [request] });
  }
  return [...routes.values()];
}
