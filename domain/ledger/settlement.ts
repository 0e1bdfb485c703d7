import type { NanoUsd } from '../money.ts';
import type { PriceBasis } from '../pricing/place-prices.ts';
import type { Terms } from '../pricing/resolve-rate.ts';
import type { TokenUsage } from '../token-usage.ts';
import type { Claim } from './claim.ts';
import type { EntryCounts } from './counts.ts';
import type { Delivery } from './delivery.ts';
import type { AnswerTraits } from './request-traits.ts';

/** What a reservation really cost, priced, and who says so. */
export type Settlement = Omit<AnswerTraits, 'isCacheHit'> & {
  cacheHit?: boolean | undefined;
  chargedNanoUsd: NanoUsd;
  /** At the price of the model that served it. Default: the charged amount. */
  pricedNanoUsd?: NanoUsd | undefined;
  /** At the price of the reserved model, if a different one served the request. */
  reservedModelNanoUsd?: NanoUsd | undefined;
  /** The settling credential. Default: the one that reserved. */
  keyId?: string | undefined;
  /** The key's claim for this hour, in case of an overrun; absent if it has no limit. */
  claim?: Claim | undefined;
  /** An operator's credential settles, so nothing is disputed. */
  isConfirmed?: boolean | undefined;
  usage: TokenUsage;
  model: string;
  reportedNanoUsd?: NanoUsd | undefined;
  /** How the price of what served it is known. Default: `listed`. */
  priceBasis?: PriceBasis | undefined;
  unreadMembers?: readonly string[] | undefined;
  delivery?: Delivery | undefined;
  /** On which it was priced, if not on the reserved ones. */
  terms?: Terms | undefined;
  /** The balances that count the cost, where another model served it than the reserved one. */
  balances?: string[] | undefined;
  /** Which of those balances count requests and tokens. */
  counts?: EntryCounts | undefined;
  settlementDigest: string;
  latencyMs?: number | undefined;
  quality?: number | undefined;
};
