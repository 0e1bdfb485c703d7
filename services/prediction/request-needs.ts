import type { CacheLife } from '../../domain/gateway/content.ts';
import type { TokenEstimate } from '../../domain/tokens/estimate-tokens.ts';

/** What Purser itself knows of a request that it sends to the provider. */
export type RequestNeeds = {
  /** Input that is no text, such as images and documents. */
  furtherInput?: TokenEstimate | undefined;
  /** The request asks the provider to keep its prompt, which costs more than reading it. */
  cacheLife?: CacheLife | undefined;
  /**
   * Hold the price of the longest answer where every budget has plenty of room for it, so that no
   * answer is cut short for want of a larger hold.
   */
  holdsMaximum?: boolean | undefined;
};
