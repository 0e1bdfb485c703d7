import type { PromptParts } from '../domain/gateway/prompt-parts.ts';
import type { CacheLife } from '../domain/gateway/content.ts';
import type { Capability } from '../domain/catalog/model.ts';
import type { ModelApi } from '../domain/gateway/wire-format.ts';
import type { TokenEstimate } from '../domain/tokens/estimate-tokens.ts';

/** What the gateway knows of a request besides what callers can say of it. */
export type RequestNeeds = {
  /** The model must speak one of these APIs. */
  apis?: readonly ModelApi[] | undefined;
  /** The model must have all of these capabilities. */
  capabilities?: readonly Capability[] | undefined;
  /** Input that is no text, such as images and documents. */
  furtherInput?: TokenEstimate | undefined;
  /** The request asks the provider to keep its prompt, which costs more than reading it. */
  cacheLife?: CacheLife | undefined;
  /** The share of the prompt's text before the last place that it marks for the cache. */
  cacheShare?: number | undefined;
  /** The texts of its prompt, if `messages` are not all of it. A function, so that no digest has them. */
  promptParts?: (() => PromptParts) | undefined;
  /** Where it will be served if nothing fails. Its price may be of another region. */
  servingRegion?: string | undefined;
  /**
   * Hold the price of the longest answer where every budget has plenty of room for it, so that no
   * answer is cut short for want of a larger hold.
   */
  holdsMaximum?: boolean | undefined;
};
