import { createHash } from 'node:crypto';
import type { SettleBody } from '../../contracts/reservations.ts';
import { unitCounts } from '../../domain/token-usage.ts';

/** Distinguishes settlements: repeating one is the same, another one is a conflict. */
export const digestOf = (body: SettleBody): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        body.usage.inputTokens,
        body.usage.outputTokens,
        body.usage.cacheReadTokens,
        body.usage.cacheWriteTokens,
        body.model ?? null,
        body.actualCostUsd?.toString() ?? null,
        // Leaves absent facts out, so that the digests of earlier settlements stay the same.
        ...furtherCounts(body.usage),
        ...furtherTerms(body),
      ]),
    )
    .digest('base64url')
    .slice(0, 16);

/** Terms other than the reserved ones. An answer that says standard is the same as none. */
function furtherTerms({ serviceTier, region, imageVariant, parts, served = {} }: SettleBody) {
  const { tier = 'standard', speed = 'standard', place } = served;
  const terms = { serviceTier, region, imageVariant, parts, place };
  const isPlain = Object.values(terms).every((term) => term === undefined);
  return isPlain && tier === 'standard' && speed === 'standard' ? [] : [{ ...terms, tier, speed }];
}

function furtherCounts(counts: SettleBody['usage']): (number | null | [string, number])[] {
  const { cacheWriteOneHourTokens, images, queries } = counts;
  const others = unitCounts({ ...counts, images: undefined, queries: undefined });
  return [cacheWriteOneHourTokens, images, queries, ...others].some((count) => count !== undefined)
    ? [cacheWriteOneHourTokens ?? null, images ?? null, queries ?? null, ...others]
    : [];
}
