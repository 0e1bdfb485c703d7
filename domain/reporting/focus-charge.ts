import type { Posting } from '../ledger/posting.ts';
import type { NanoUsd } from '../money.ts';
import type { DisplayNames } from '../naming/display-name.ts';
import { spelledPrincipals } from '../naming/spelling.ts';
import type { RateCard } from '../pricing/rate-card.ts';
import { endOfBucket, hourOf, startOfBucket } from './aggregates.ts';
import { valueIn } from './dimensions.ts';
import type { FocusSeller } from './focus-seller.ts';
import { type FocusSku, skuOf } from './focus-sku.ts';
import { meterName } from './focus-meters.ts';
import { bookedForUsage, type MeteredCost, meteredCostsOf, termsOf } from './metered-cost.ts';

/**
 * The content of one FOCUS row under Purser's own names. `null`: not specific to one, or not named.
 */
export type FocusCharge = {
  organizationId: string;
  organizationName: string;
  recordId: string;
  description: string;
  /** The UTC month that bills it: `2026-03`. */
  billedMonth: string;
  startMs: number;
  endMs: number;
  postedAtMs: number;
  /** `Usage` has a quantity and prices, or corrects some of an earlier month. */
  category: 'Usage' | 'Adjustment';
  /** Whether it corrects a month that was billed before. */
  isCorrection: boolean;
  bookedNanoUsd: NanoUsd;
  /** `null`: money without a quantity. */
  metered: (MeteredCost & FocusSku) | null;
  /** 1 on the first row of a request. */
  requests: number;
  departmentId: string | null;
  departmentName: string | null;
  model: string;
  seller: FocusSeller;
  region: string | null;
  tags: Record<string, string> | null;
  /** `delivered`, `drained` or `failed`. */
  delivery: string;
};

/** What else a row needs to know. `ownCards`: the organization's cards of the record's model. */
export type FocusSources = {
  ownCards: readonly RateCard[];
  seller: FocusSeller;
  nameOf: DisplayNames;
};

type Part = Pick<FocusCharge, 'category' | 'description' | 'bookedNanoUsd' | 'metered'>;

/**
 * Converts one usage record to charges in the hour of its use, which add up to what it booked: one
 * for each meter, one for money without a quantity, and one for a presumption that it takes back.
 */
export function chargesOfPosting(
  posting: Posting,
  { ownCards, seller, nameOf }: FocusSources,
): FocusCharge[] {
  const hour = hourOf(posting.occurredAtMs);
  const { organizationId, occurredAtMs, billedMonth, departmentId } = posting;
  const common = {
    organizationId,
    organizationName: nameOf({ scope: 'organization', scopeId: organizationId }) ?? organizationId,
    recordId: posting.postingId,
    billedMonth: billedMonth ?? new Date(occurredAtMs).toISOString().slice(0, 7),
    startMs: startOfBucket(hour),
    endMs: endOfBucket(hour),
    postedAtMs: posting.postedAtMs,
    isCorrection: billedMonth !== undefined,
    departmentId: departmentId ?? null,
    departmentName: departmentNameOf(posting, nameOf),
    model: posting.model,
    seller,
    region: termsOf(posting).region ?? null,
    tags: posting.tags ?? null,
    delivery: valueIn('delivery', posting),
  };
  return partsOf(posting, ownCards).map((part, index) => ({
    ...common,
    ...part,
    requests: index === 0 ? posting.requests : 0,
  }));
}

/** Its display name, or else its id as the caller spelled it. */
function departmentNameOf(posting: Posting, nameOf: DisplayNames): string | null {
  const { departmentId } = posting;
  if (departmentId === undefined) return null;
  const displayName = nameOf({ scope: 'department', scopeId: departmentId });
  return displayName ?? spelledPrincipals(posting).departmentId ?? departmentId;
}

function partsOf(posting: Posting, ownCards: readonly RateCard[]): Part[] {
  const { items, isLong } = meteredCostsOf(posting, ownCards);
  const { model, entryId, presumedNanoUsd } = posting;
  const metered = items.map((item): Part => ({
    category: 'Usage',
    description: `${meterName(item.meter)} of ${model}, request ${entryId}`,
    bookedNanoUsd: item.bookedNanoUsd,
    metered: { ...item, ...skuOf(posting, item.meter, isLong) },
  }));
  const bookedNanoUsd = bookedForUsage(posting);
  const isWhole = metered.length > 0 || (presumedNanoUsd !== undefined && bookedNanoUsd === 0n);
  return [
    ...metered,
    ...(isWhole ? [] : [{ ...withoutQuantity(posting), bookedNanoUsd, metered: null }]),
    ...(presumedNanoUsd === undefined ? [] : [returnOf(presumedNanoUsd, entryId)]),
  ];
}

/** FOCUS wants a quantity of all usage but corrections of earlier months. */
function withoutQuantity({ kind, entryId, billedMonth }: Posting) {
  const description = {
    presumption: `Presumed cost of request ${entryId}, whose usage was not reported`,
    correction: `Correction of request ${entryId}`,
    settlement: `Cost of request ${entryId}, which counted nothing`,
    charge: `Cost of request ${entryId}, which counted nothing`,
  }[kind];
  return { category: billedMonth === undefined ? 'Adjustment' : 'Usage', description } as const;
}

const returnOf = (presumedNanoUsd: NanoUsd, entryId: string): Part => ({
  category: 'Adjustment',
  description: `Return of the presumed cost of request ${entryId}`,
  bookedNanoUsd: -presumedNanoUsd,
  metered: null,
});
