import { type PutRateCardBody } from '../contracts/catalog.ts';
import { ProblemError } from '../contracts/problem.ts';
import { modelStem } from '../domain/pricing/model-id.ts';
import type { Prices, RateCard } from '../domain/pricing/rate-card.ts';
import type { AuditLog } from '../tables/audit-log.ts';
import { cardAttribute, type RateCardStore } from '../tables/rate-cards.ts';

export type SetRateCardDeps = {
  rateCards: Pick<RateCardStore, 'get' | 'put'>;
  audit: Pick<AuditLog, 'record'>;
};

const ATTEMPTS = 5;

/**
 * Sets the price of a model for an organization from an instant on, and records who did it. A card of
 * the same instant is replaced; earlier ones keep pricing what was reserved under them.
 */
export async function setRateCard(
  { rateCards, audit }: SetRateCardDeps,
  { organizationId, actor }: { organizationId: string; actor: string },
  model: string,
  body: PutRateCardBody,
  nowMs: number,
): Promise<RateCard> {
  const card: RateCard = {
    ...pricesOf(body),
    model: modelStem(model),
    effectiveFromMs: body.effectiveFrom ?? nowMs,
    source: body.source,
    sourceDate: new Date(nowMs).toISOString().slice(0, 10),
    batchPercent: body.batchPercent,
    longContext: body.longContext && {
      ...pricesOf(body.longContext),
      aboveInputTokens: body.longContext.aboveInputTokens,
    },
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await rateCards.get(organizationId, model);
    if (!(await rateCards.put(organizationId, card, before))) continue;
    const replaced = before.cards.find(
      ({ effectiveFromMs }) => effectiveFromMs === card.effectiveFromMs,
    );
    await audit.record({
      organizationId,
      actor,
      action: 'rate-card.put',
      target: card.model,
      ...(replaced ? { before: cardAttribute(replaced) } : {}),
      after: cardAttribute(card),
      atMs: nowMs,
    });
    return card;
  }
  throw new ProblemError('conflict', 'others are changing this price: try again');
}

const pricesOf = (
  body: Omit<PutRateCardBody, 'source'> | NonNullable<PutRateCardBody['longContext']>,
): Prices => ({
  inputNanoUsdPerMillion: body.inputUsdPerMillion,
  outputNanoUsdPerMillion: body.outputUsdPerMillion,
  cacheReadNanoUsdPerMillion: body.cacheReadUsdPerMillion,
  cacheWriteNanoUsdPerMillion: body.cacheWriteUsdPerMillion,
  cacheWriteOneHourNanoUsdPerMillion: body.cacheWriteOneHourUsdPerMillion,
});
