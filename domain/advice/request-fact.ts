import type { Posting } from '../ledger/posting.ts';
import type { NanoUsd } from '../money.ts';
import { type AnswerTraits, type RequestTraits, URGENCIES } from '../ledger/request-traits.ts';
import type { ServiceTier } from '../pricing/service-tier.ts';
import { sessionOf } from '../prediction/route-statistics.ts';
import { addUsage, type TokenUsage, tokensOf, unitCounts } from '../token-usage.ts';
import type { Route } from './route.ts';

/** The tag that told a hash of the whole prompt before `promptHash` was a member of requests. */
export const PROMPT_HASH_TAG = 'promptHash';
/** The tag that told the urgency before that was kept: `urgency: deferred` may wait for hours. */
export const URGENCY_TAG = 'urgency';

/** One request, derived from its postings: what it used, and its cost after all corrections. */
export type RequestFact = Route &
  RequestTraits &
  AnswerTraits & {
    /** Its entry in the ledger. */
    id: string;
    atMs: number;
    region?: string | undefined;
    /** The tier that served it; absent if standard. */
    serviceTier?: ServiceTier | undefined;
    usage: TokenUsage;
    costNanoUsd: NanoUsd;
    /** What the answer had cost that came from Purser's cache; absent for every other request. */
    hitSavedNanoUsd?: NanoUsd | undefined;
    maxOutputTokens?: number | undefined;
    latencyMs?: number | undefined;
    quality?: number | undefined;
    session?: string | undefined;
  };

/**
 * Combines postings, in any order, into requests, adding each correction to what it corrects.
 * Leaves out requests with unknown usage. Those that a cache of the caller's answered used nothing.
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
  const answer = postings.findLast((posting) => posting.answer)?.answer;
  const isUnknown = tokensOf(usage) === 0 && unitCounts(usage).length === 0;
  if (isUnknown && !answer?.isCacheHit) return [];
  const { traits = {}, tags } = first;
  const urgency = traits.urgency ?? URGENCIES.find((each) => each === tags?.[URGENCY_TAG]);
  return [
    {
      id: first.entryId,
      system: first.system,
      operation: first.operation,
      model: first.model,
      region: first.region,
      atMs: first.occurredAtMs,
      usage,
      costNanoUsd: postings.reduce((sum, { amountNanoUsd }) => sum + amountNanoUsd, 0n),
      ...(answer?.isCacheHit ? { hitSavedNanoUsd: first.savedNanoUsd } : {}),
      maxOutputTokens: first.maxOutputTokens,
      latencyMs: postings.findLast(({ latencyMs }) => latencyMs !== undefined)?.latencyMs,
      quality: postings.findLast(({ quality }) => quality !== undefined)?.quality,
      ...answer,
      serviceTier: tierOf(postings),
      session: first.sessionId ?? sessionOf(tags),
      ...traits,
      urgency,
      promptHash: traits.promptHash ?? tags?.[PROMPT_HASH_TAG],
    },
  ];
}

/** The tier that served a request, as its settlement says. */
function tierOf(postings: readonly Posting[]): ServiceTier | undefined {
  const settled = postings.find(({ kind, usage }) => kind !== 'presumption' && tokensOf(usage) > 0);
  const { terms } = settled ?? postings[0] ?? {};
  return terms?.tier === 'standard' ? undefined : terms?.tier;
}
