import type { ModelApi } from '../gateway/wire-format.ts';

/** The provider that every organization of a deployment shares. */
export const BEDROCK = 'bedrock';

/** Where an organization's own provider is, and where its key is kept. */
export type ProviderAddress = {
  /** Address of the provider's OpenAI-compatible API, with its version: `https://…/v1`. */
  baseUrl: string;
  /** ARN of the secret in Secrets Manager that holds the key; absent if the provider needs none. */
  secretArn?: string | undefined;
};

/** One place that can serve a model. All endpoints that serve the same model are its pool. */
export type Endpoint = {
  /** `bedrock`, or the name of one of the organization's own providers. */
  provider: string;
  /** The name by which the model is priced, reserved and settled at this endpoint. */
  model: string;
  /** The provider's name for the model. */
  upstreamModel: string;
  /** The AWS region, or the provider's own word for a place. Absent if the provider has only one. */
  region?: string | undefined;
  /** The API to call it by. */
  api: ModelApi;
  /** Absent for Amazon Bedrock, whose address follows from the region. */
  address?: ProviderAddress | undefined;
  /** Types of tools, besides `function`, that its Responses API takes. Absent for own: all. */
  toolTypes?: readonly string[] | undefined;
};

/** Where an endpoint's health is kept: its calls by any API count together. */
export const endpointId = ({
  provider,
  upstreamModel,
  region = '',
}: Pick<Endpoint, 'provider' | 'upstreamModel' | 'region'>): string =>
  JSON.stringify([provider, region, upstreamModel]);

/** What an id says about its endpoint. */
export function partsOfId(id: string): Pick<Endpoint, 'provider' | 'upstreamModel' | 'region'> {
  const [provider, region, upstreamModel] = JSON.parse(id) as [string, string, string];
  return { provider, upstreamModel, ...(region === '' ? {} : { region }) };
}

/** How a call of an endpoint ended. `refused`: the caller's own mistake, which says nothing about health. */
export const OUTCOME_KINDS = ['ok', 'throttled', 'timeout', 'failed', 'refused'] as const;
export type OutcomeKind = (typeof OUTCOME_KINDS)[number];

export type Outcome = {
  kind: OutcomeKind;
  /** From sending the request to the last byte of the answer. */
  latencyMs: number;
  /** From sending the request to the first byte of the answer, if it was streamed. */
  firstTokenMs?: number | undefined;
};
