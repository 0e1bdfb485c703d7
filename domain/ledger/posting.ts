import type { Delivery } from './delivery.ts';
import type { PriceBasis } from '../pricing/place-prices.ts';
import type { Terms } from '../pricing/resolve-rate.ts';
import type { NanoUsd } from '../money.ts';
import type { GivenIds } from '../naming/naming.ts';
import type { TokenUsage } from '../token-usage.ts';
import type { Deviation } from './deviation.ts';
import type { AnswerTraits, RequestTraits } from './request-traits.ts';

export const POSTING_KINDS = ['settlement', 'presumption', 'correction', 'charge'] as const;

/**
 * One movement of spent money in the ledger. A reservation posts once when it settles. If it
 * expires first, it posts a `presumption`, and its late settlement posts a `correction`. Usage
 * without a reservation posts a `charge`. Every later correction or refund posts another
 * `correction`. A request's postings sum to its cost.
 */
export type Posting = {
  /** Globally unique: the entry's id and version. */
  postingId: string;
  kind: (typeof POSTING_KINDS)[number];
  entryId: string;
  organizationId: string;
  /** Id of the credential that made the entry. */
  keyId?: string | undefined;
  userId: string;
  departmentId?: string | undefined;
  system: string;
  /** Ids as the caller spelled them, if the stored spelling differs. */
  given?: GivenIds | undefined;
  operation?: string | undefined;
  model: string;
  region?: string | undefined;
  /** The agent's run that it belongs to. */
  sessionId?: string | undefined;
  tags?: Record<string, string> | undefined;
  traits?: RequestTraits | undefined;
  /** Names of the tags that reports count it under, decided when its usage record is written. */
  countedTags?: string[] | undefined;
  /** When the money was reserved or, for a charge, used. Decides the period. Epoch ms. */
  occurredAtMs: number;
  /** When this posting was made. Epoch ms. */
  postedAtMs: number;
  /**
   * When the ledger first learned of this money. Set only if that was in another UTC hour than its
   * date and its period may no longer be watched: usage events, and reservations closed more than
   * an hour after they were made. A correction takes it from what it corrects. Epoch ms.
   */
  bookedAtMs?: number | undefined;
  /** The UTC month that bills it (`2026-03`): set if it corrects an earlier month, which has been billed. */
  billedMonth?: string | undefined;
  /** Change of the organization's spend; negative if a correction lowers it. */
  amountNanoUsd: NanoUsd;
  /**
   * Change of the disputed part, which restricts nobody until an operator confirms it. Levels and
   * budgets count the sum of amounts minus the sum of these. Absent if 0.
   */
  disputedNanoUsd?: NanoUsd | undefined;
  /** What was presumed, if a late settlement replaces it; `amountNanoUsd` is then the difference. */
  presumedNanoUsd?: NanoUsd | undefined;
  /** At the price of the rate card, if something else was charged. */
  pricedNanoUsd?: NanoUsd | undefined;
  /** What the provider says that it charges. */
  reportedNanoUsd?: NanoUsd | undefined;
  /** Set if the card did not state the price (`dearest-known`). */
  priceBasis?: PriceBasis | undefined;
  /** On which its usage was priced, if not in the standard tier of its region. */
  terms?: Terms | undefined;
  /** Members of the usage that were taken although they have no meaning or no price. */
  unreadMembers?: string[] | undefined;
  /** What another model than the asked one saved, net of the lost cache; negative if it cost more. */
  savedNanoUsd?: NanoUsd | undefined;
  /** What was taken off for the lost cache. */
  lostCacheNanoUsd?: NanoUsd | undefined;
  /** Absent if the answer was delivered whole, or not by the gateway. A correction has its request's. */
  delivery?: Delivery | undefined;
  /** How the settlement or charge deviated. */
  deviations?: Deviation[] | undefined;
  /** 1 for the first posting of a request, 0 for a correction. */
  requests: 0 | 1;
  /** Change in tokens; zero for a presumption. */
  usage: TokenUsage;
  /** Copied from the prediction at reservation time; absent for a charge. */
  expectedCostNanoUsd?: NanoUsd | undefined;
  reservedNanoUsd?: NanoUsd | undefined;
  predictedInputTokens?: number | undefined;
  predictedOutputTokens?: number | undefined;
  maxOutputTokens?: number | undefined;
  predictorVersion?: string | undefined;
  promptShape?: number | undefined;
  latencyMs?: number | undefined;
  quality?: number | undefined;
  /** Absent for a presumption, and for a correction of a settled request. */
  answer?: AnswerTraits | undefined;
};
