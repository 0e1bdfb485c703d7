import type { NanoUsd } from '../money.ts';
import type { GivenIds } from '../naming/naming.ts';
import type { TokenUsage } from '../token-usage.ts';

export const POSTING_KINDS = ['settlement', 'presumption', 'correction', 'charge'] as const;

/**
 * One movement of spent money in the ledger. A request has one posting when it settles, or one when
 * it expires (`presumption`) and another when its late settlement corrects it (`correction`); usage
 * without a reservation has one (`charge`). Every later correction or refund is a `correction` too.
 * The sum of a request's postings is what it cost.
 */
export type Posting = {
  /** Unique for ever: the entry's id and its version. */
  postingId: string;
  kind: (typeof POSTING_KINDS)[number];
  entryId: string;
  organizationId: string;
  /** Id of the credential that made the entry. */
  keyId?: string | undefined;
  userId: string;
  departmentId?: string | undefined;
  system: string;
  /** Ids as the request gave them, where they stand under another spelling. */
  given?: GivenIds | undefined;
  operation?: string | undefined;
  model: string;
  region?: string | undefined;
  tags?: Record<string, string> | undefined;
  /** Names of the tags by which reports count it, decided when its usage record is written. */
  countedTags?: string[] | undefined;
  /** When the money was reserved or, for a charge, used: it decides the period. Epoch ms. */
  occurredAtMs: number;
  /** When this posting was made. Epoch ms. */
  postedAtMs: number;
  /**
   * When the ledger first heard of this money, where that is another UTC hour than the one of its
   * date and its period may be watched no more: of usage events, and of reservations that were closed
   * more than an hour after they were made. A correction has that of what it corrects. Epoch ms.
   */
  bookedAtMs?: number | undefined;
  /** Difference to the organization's spend; negative in a correction downwards. */
  amountNanoUsd: NanoUsd;
  /**
   * Difference to the part of it that is disputed, which restricts nobody until an operator confirms
   * it: what levels and budgets count is the sum of amounts less the sum of these. Absent for 0.
   */
  disputedNanoUsd?: NanoUsd | undefined;
  /** 1 for the first posting of a request, 0 for a correction. */
  requests: 0 | 1;
  /** Difference in tokens; zero in a presumption. */
  usage: TokenUsage;
  /** Copied from the prediction at reservation; absent in a charge. */
  expectedCostNanoUsd?: NanoUsd | undefined;
  reservedNanoUsd?: NanoUsd | undefined;
  predictedInputTokens?: number | undefined;
  predictedOutputTokens?: number | undefined;
  maxOutputTokens?: number | undefined;
  predictorVersion?: string | undefined;
  promptShape?: number | undefined;
  latencyMs?: number | undefined;
  quality?: number | undefined;
};
