import { hashShare } from '../../traces/seeded-random.ts';
import type { Posting } from '../../../domain/ledger/posting.ts';
import type { RoutePlan } from './route-plan.ts';
import type { ServedRequest } from './serving.ts';

const LATENCY_MS = 800;

/** The posting that the product would have of a request, at the cost of the judge's bill. */
export function postingOf(
  organizationId: string,
  plan: RoutePlan,
  { call, attempt, isFailed, isHit, ...how }: ServedRequest,
): Posting {
  const { name, operation, urgency, maxOutputTokens, grading } = plan;
  const { model, region, tier, shared, usage, costNanoUsd } = how;
  const { id, atMs, session, promptHash } = call;
  const entryId = attempt === 1 ? id : `${id}-a${attempt}`;
  const occurredAtMs = atMs + (attempt - 1) * 2 * LATENCY_MS;
  const mean = isFailed || isHit ? undefined : grading?.means.get(model);
  const hasPrefix = session === undefined && shared.tokens > 0;
  return {
    postingId: `${entryId}#1`,
    kind: 'charge',
    entryId,
    organizationId,
    userId: 'service',
    system: name,
    operation,
    model,
    region,
    sessionId: session,
    tags: {
      promptHash,
      ...(session === undefined ? {} : { session }),
      ...(urgency === undefined ? {} : { urgency }),
    },
    occurredAtMs,
    postedAtMs: occurredAtMs + LATENCY_MS,
    amountNanoUsd: costNanoUsd,
    requests: 1,
    usage,
    maxOutputTokens,
    latencyMs: LATENCY_MS,
    quality: grading && mean !== undefined ? gradeOf(id, mean, grading) : undefined,
    terms: { tier },
    traits: {
      urgency,
      attempt: attempt === 1 ? undefined : attempt,
      promptHash,
      prefix: hasPrefix ? { hash: shared.name, tokens: shared.tokens } : undefined,
    },
    answer: {
      status: isFailed ? 'failed' : 'completed',
      isCacheHit: isHit ? true : undefined,
    },
  };
}

/** A grade from 0 to 1 for a share of the answers. */
function gradeOf(
  id: string,
  mean: number,
  { share, spread }: NonNullable<RoutePlan['grading']>,
): number | undefined {
  if (hashShare(`graded#${id}`) >= share) return undefined;
  const grade = mean + spread * (2 * hashShare(`grade#${id}`) - 1);
  return Math.min(1, Math.max(0, grade));
}
