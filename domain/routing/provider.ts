import type { ProviderAddress } from './endpoint.ts';
import type { Strategy } from './order-endpoints.ts';

/** The APIs by which own providers can serve models. */
export const PROVIDER_APIS = ['chat', 'responses', 'messages', 'embeddings'] as const;
export type ProviderApi = (typeof PROVIDER_APIS)[number];

/** A model that a provider serves. */
export type ProviderModel = {
  /** The model as Purser prices it. */
  model: string;
  /** The provider's name for it. Defaults to `model`. */
  upstreamModel?: string | undefined;
  apis: readonly ProviderApi[];
};

/** An organization's own provider: any HTTP endpoint that speaks OpenAI's API. */
export type Provider = {
  name: string;
  address: ProviderAddress;
  /** Places that it serves from; empty if it has only one. */
  regions: readonly string[];
  models: readonly ProviderModel[];
  /**
   * Types of tools, besides `function`, that its Responses API takes, such as `namespace` or
   * `web_search`. Absent: it takes all.
   */
  toolTypes?: readonly string[] | undefined;
  /** How calls spread over pools in which this provider is. */
  strategy?: Strategy | undefined;
};
