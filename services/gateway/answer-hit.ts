import { randomUUID } from 'node:crypto';
import type { StoredAnswer } from '../../contracts/stored-answer.ts';
import type { Cached } from '../../domain/caching/cache.ts';
import { budgetHeaders } from '../../domain/gateway/budget-headers.ts';
import { promptPartsOf } from '../../domain/gateway/prompt-parts.ts';
import { remainingOf } from '../../domain/ledger/decide-reservation.ts';
import { formatUsd } from '../../domain/money.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import { contentDigest } from '../content-digest.ts';
import { conflict, forbiddenField } from '../errors.ts';
import { type ChargeDeps, chargeUsage } from '../reservations/charge-usage.ts';
import type { ReserveDeps } from '../reservations/reservation-outcome.ts';
import { admitHit, type AdmitDeps } from './admit-hit.ts';
import type { ClientAnswer, GatewayRequest } from './gateway-request.ts';

export type HitDeps = AdmitDeps & ChargeDeps & Pick<ReserveDeps, 'prompts'>;

/** An answer from the cache, and since when it is there. */
export type Hit = { cached: Cached; stored: StoredAnswer };

/**
 * Answers a request from the cache: admits it, books it as a request that cost nothing and saved what
 * the answer had cost, and passes the answer on as the client asked for it.
 * @throws ServiceError if it is refused; then nothing has been sent
 */
export async function answerHit(
  deps: HitDeps,
  request: GatewayRequest,
  { cached, stored }: Hit,
  client: ClientAnswer,
): Promise<void> {
  const { call, wire, payer } = request;
  const { standings } = await admitHit(deps, call, payer, stored.model);
  await bookHit(deps, request, stored);
  const remainingNanoUsd = remainingOf(standings);
  const costUsd = formatUsd(0n);
  const headers = {
    'x-purser-request-id': request.requestId,
    'x-purser-reservation-id': stored.reservationId,
    'x-purser-model': stored.model,
    ...(stored.region === undefined ? {} : { 'x-purser-region': stored.region }),
    ...(stored.removed === undefined ? {} : { 'x-purser-removed': stored.removed }),
    'x-purser-decision': 'proceed',
    'x-purser-cost-usd': costUsd,
    'x-purser-cache': 'hit',
    'cache-status': `purser; hit; ttl=${secondsFrom(call.nowMs, cached.expiresAtMs)}`,
    age: String(secondsFrom(cached.storedAtMs, call.nowMs)),
    ...budgetHeaders(wire.family, standings, { ownNanoUsd: 0n, remainingNanoUsd }),
  };
  if (stored.kind === 'whole') {
    client.whole(200, headers, stored.json);
    return;
  }
  client.begin(headers);
  for (const event of stored.events) client.event(event);
  const facts: Record<string, string> = { 'x-purser-cost-usd': costUsd };
  if (remainingNanoUsd !== undefined) facts['x-purser-remaining-usd'] = formatUsd(remainingNanoUsd);
  client.close(facts);
}

const secondsFrom = (fromMs: number, toMs: number): number =>
  Math.max(0, Math.floor((toMs - fromMs) / 1_000));

/** Books a hit. @throws ServiceError `conflict` if the Idempotency-Key got an answer before */
async function bookHit(
  deps: HitDeps,
  { call, wire, body, payer, idempotencyKey, mayRepeatHit = false }: GatewayRequest,
  { model, region, costNanoUsd }: StoredAnswer,
): Promise<void> {
  const { system, userId, departmentId, operation, sessionId, tags, attempt, urgency, given } =
    payer;
  const { actor, organizationId } = call;
  const promptParts = () => promptPartsOf(wire.api, body);
  const { promptHash } = await deps.prompts.hashesOf(organizationId, { ...payer, promptParts });
  const event = {
    eventId: `hit-${idempotencyKey === undefined ? randomUUID() : contentDigest({ actor, idempotencyKey })}`,
    at: call.nowMs,
    system,
    userId,
    departmentId,
    operation,
    sessionId,
    tags,
    attempt,
    urgency,
    given,
    model,
    region,
    usage: NO_TOKENS,
    promptHash,
    cacheHit: true,
    status: 'completed' as const,
  };
  const cost = { costNanoUsd: 0n, savedNanoUsd: BigInt(costNanoUsd) };
  const { rejected } = await chargeUsage(deps, call, [{ index: 0, event }], () => cost);
  const [refusal] = rejected;
  if (refusal?.code === 'conflict') {
    if (mayRepeatHit) return;
    throw conflict('This Idempotency-Key made a request before. Send a new key.');
  }
  if (refusal) throw forbiddenField(refusal);
}
