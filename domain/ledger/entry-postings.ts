import type { NanoUsd } from '../money.ts';
import { NO_TOKENS } from '../token-usage.ts';
import { countedNanoUsd, type Entry, entryName } from './entry.ts';
import type { Posting } from './posting.ts';

/**
 * The postings of one change of an entry. Empty unless it moved spent money or reported usage.
 * There are two if a late settlement names another model or delivery than the presumption.
 * @param before the previous entry, `undefined` if it is new
 */
export const postingsOf = (before: Entry | undefined, after: Entry): Posting[] =>
  movementsOf(before, after).map(withBilledMonth);

/** A correction is billed when it is made, because its month may have been billed before. */
function withBilledMonth(posting: Posting): Posting {
  const { kind, occurredAtMs, postedAtMs } = posting;
  const billedMonth = monthOf(postedAtMs);
  const isLater = kind === 'correction' && billedMonth > monthOf(occurredAtMs);
  return isLater ? { ...posting, billedMonth } : posting;
}

const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7);

function movementsOf(before: Entry | undefined, after: Entry): Posting[] {
  if (before !== undefined && before.version >= after.version) return [];
  if (after.state === 'reserved' || after.state === 'voided') return [];
  if (after.state === 'expired' && after.isReleasedAtExpiry) return [];
  const postingId = `${entryName(after)}.${after.version}`;
  if (before?.state === 'settled') {
    return [{ ...correctionFactsOf(before, after), postingId, kind: 'correction', requests: 0 }];
  }
  if (before?.state !== 'expired' || before.isReleasedAtExpiry) {
    const kind =
      after.kind === 'charge' ? 'charge' : after.state === 'expired' ? 'presumption' : 'settlement';
    return [{ ...factsOf(after), postingId, kind, requests: 1 }];
  }
  if (before.model === after.model && before.delivery === after.delivery) {
    const difference = {
      amountNanoUsd: after.chargedNanoUsd - before.chargedNanoUsd,
      disputedNanoUsd: disputedBy(before, after),
      presumedNanoUsd: before.chargedNanoUsd,
    };
    // Lowering a presumption must lower exactly the sums that the presumption raised.
    const isLess = countedNanoUsd(after) < countedNanoUsd(before);
    const facts = { ...factsOf(after), ...(isLess ? { bookedAtMs: undefined } : {}) };
    return [{ ...facts, postingId, kind: 'correction', requests: 0, ...difference }];
  }
  const returned = {
    ...factsOf(before),
    postingId: `${postingId}.returned`,
    postedAtMs: after.closedAtMs ?? after.occurredAtMs,
    bookedAtMs: undefined,
    amountNanoUsd: -before.chargedNanoUsd,
    disputedNanoUsd: undefined,
    presumedNanoUsd: before.chargedNanoUsd,
    reservedNanoUsd: undefined,
    expectedCostNanoUsd: undefined,
  };
  return [
    { ...returned, kind: 'correction', requests: 0 },
    { ...factsOf(after), postingId, kind: 'correction', requests: 0 },
  ];
}

function factsOf(entry: Entry): Omit<Posting, 'postingId' | 'kind' | 'requests'> {
  return {
    entryId: entry.entryId,
    organizationId: entry.organizationId,
    keyId: entry.settledKeyId ?? entry.keyId,
    userId: entry.userId,
    departmentId: entry.departmentId,
    system: entry.system,
    given: entry.given,
    operation: entry.operation,
    model: entry.model,
    region: entry.region,
    sessionId: entry.sessionId,
    tags: entry.tags,
    traits: entry.traits,
    occurredAtMs: entry.occurredAtMs,
    postedAtMs: entry.closedAtMs ?? entry.occurredAtMs,
    bookedAtMs: bookedAtMsOf(entry),
    amountNanoUsd: entry.chargedNanoUsd,
    disputedNanoUsd: entry.disputedNanoUsd,
    pricedNanoUsd: entry.pricedNanoUsd,
    reportedNanoUsd: entry.reportedNanoUsd,
    priceBasis: entry.priceBasis,
    terms: entry.usage && (entry.terms ?? (entry.serviceTier && { tier: entry.serviceTier })),
    unreadMembers: entry.unreadMembers,
    savedNanoUsd: entry.saving?.savedNanoUsd,
    lostCacheNanoUsd: entry.saving?.lostCacheNanoUsd,
    delivery: entry.delivery,
    deviations: entry.deviations,
    usage: entry.usage ?? NO_TOKENS,
    expectedCostNanoUsd: entry.prediction?.expectedCostNanoUsd,
    reservedNanoUsd: entry.kind === 'charge' ? undefined : entry.amountNanoUsd,
    predictedInputTokens: entry.prediction?.inputTokens,
    predictedOutputTokens: entry.prediction?.expectedOutputTokens,
    maxOutputTokens: entry.prediction?.maxOutputTokens ?? entry.maxOutputTokens,
    predictorVersion: entry.prediction?.predictorVersion,
    promptShape: entry.prediction?.promptShape,
    latencyMs: entry.latencyMs,
    quality: entry.quality,
    answer: entry.answer,
  };
}

const HOUR_MS = 3_600_000;

/** See `Posting.bookedAtMs`. */
function bookedAtMsOf({ kind, occurredAtMs, closedAtMs }: Entry): number | undefined {
  if (closedAtMs === undefined) return undefined;
  if (kind === 'reservation' && closedAtMs - occurredAtMs <= HOUR_MS) return undefined;
  const isSameHour = Math.floor(closedAtMs / HOUR_MS) === Math.floor(occurredAtMs / HOUR_MS);
  return isSameHour ? undefined : closedAtMs;
}

/** The settlement reported the usage, so a correction moves only money. */
const correctionFactsOf = (before: Entry, after: Entry): ReturnType<typeof factsOf> => ({
  ...factsOf(after),
  postedAtMs: after.corrections?.at(-1)?.atMs ?? after.occurredAtMs,
  amountNanoUsd: after.chargedNanoUsd - before.chargedNanoUsd,
  disputedNanoUsd: disputedBy(before, after),
  pricedNanoUsd: undefined,
  reportedNanoUsd: undefined,
  priceBasis: undefined,
  terms: undefined,
  unreadMembers: undefined,
  savedNanoUsd: undefined,
  lostCacheNanoUsd: undefined,
  deviations: undefined,
  usage: NO_TOKENS,
  reservedNanoUsd: undefined,
  expectedCostNanoUsd: undefined,
  latencyMs: undefined,
  quality: undefined,
  answer: undefined,
});

/** How much a change adds to the disputed amount; absent if it adds nothing. */
function disputedBy(before: Entry, after: Entry): NanoUsd | undefined {
  const difference = (after.disputedNanoUsd ?? 0n) - (before.disputedNanoUsd ?? 0n);
  return difference === 0n ? undefined : difference;
}
