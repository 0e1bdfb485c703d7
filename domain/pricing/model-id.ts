/** Where a model runs, as far as it changes the price; `in-region` is one region, without a profile. */
export const GEOGRAPHIES = ['us', 'eu', 'jp', 'au', 'in', 'apac', 'us-gov', 'in-region'] as const;
export type Geography = (typeof GEOGRAPHIES)[number];

/** A geography, or one region by its name where its prices are its own (`eu-west-2`). */
export type Place = Geography | `${string}-${string}-${number}`;

/** Names that Amazon Bedrock invokes but that tell no model. */
export type OpaqueName =
  | 'application-inference-profile'
  | 'provisioned-model'
  | 'custom-model'
  | 'custom-model-deployment'
  | 'imported-model'
  | 'prompt-router'
  | 'prompt';

/**
 * `profile` is the inference profile's prefix. `geography` is absent where no premium can apply:
 * global profiles, and ids that name no place. `region` is that of the id itself, if it has one.
 */
export type ModelId = {
  model: string;
  profile?: string | undefined;
  geography?: Geography | undefined;
  region?: string | undefined;
};

const ARN =
  /^arn:aws([a-z-]*):bedrock:([a-z0-9-]*):\d*:(foundation-model|(?:default-|system-)?inference-profile)\/(.+)$/;
const OPAQUE =
  /^arn:aws[a-z-]*:bedrock:[a-z0-9-]*:\d*:(application-inference-profile|provisioned-model|custom-model-deployment|custom-model|imported-model|(?:default-)?prompt-router|prompt)\//;
/** As LiteLLM routes: `bedrock/eu-west-1/…`, `bedrock/converse/…`, `bedrock_mantle/…`. */
const BEDROCK_ROUTE =
  /^bedrock(?:_converse|_mantle)?\/(?:(?:converse|invoke|converse_like)\/)?(?:((?:[a-z]+-)+\d)\/)?/;
const ROUTE_PREFIX = /^(?:anthropic|openai|deepseek|gemini|mistral)\//;
const PROFILE_PREFIX = /^(global|us-gov|us|eu|jp|au|in|apac)\.(?=[a-z0-9]+\.)/;
const VERSION_SUFFIX = /(?:[-@]20\d{6}|-latest)?(?:-v\d+)?(?::\d+[a-z]*)*$/;
/** Versions with prices of their own. */
const PRICED_VERSION = /^amazon\.titan-embed-text-v\d+/;

/**
 * Reads a model id as callers write it: a bare id, one with an inference profile's prefix, the ARN of
 * a foundation model or system inference profile, or a name with a provider's route in front
 * (`anthropic/claude-…`). An ARN that names no model (`opaqueName`) stays as it is: only a card of
 * the organization can price it.
 */
export function parseModelId(text: string): ModelId {
  const arn = ARN.exec(text);
  if (arn) {
    const [, partition, region, kind, id = ''] = arn;
    const named = parseName(id);
    if (kind !== 'foundation-model') return named;
    return { ...named, geography: partition === '-us-gov' ? 'us-gov' : 'in-region', region };
  }
  const route = BEDROCK_ROUTE.exec(text);
  const named = parseName(text.slice(route?.[0].length ?? 0));
  const region = route?.[1];
  if (region === undefined || named.profile !== undefined) return named;
  return { ...named, geography: geographyOf(region), region };
}

function parseName(text: string): ModelId {
  const id = text.replace(ROUTE_PREFIX, '');
  const profile = PROFILE_PREFIX.exec(id)?.[1];
  if (profile === undefined) return { model: id };
  const model = id.slice(profile.length + 1);
  return { model, profile, geography: GEOGRAPHIES.find((place) => place === profile) };
}

/** What a request bound to a region pays for. */
export const geographyOf = (region: string): Geography =>
  region.startsWith('us-gov-') ? 'us-gov' : 'in-region';

/** The kind of an ARN that tells no model; `undefined` for every other name. */
export function opaqueName(text: string): OpaqueName | undefined {
  return OPAQUE.exec(text)?.[1]?.replace('default-', '') as OpaqueName | undefined;
}

/**
 * The name that all dated and versioned forms of a model share, and under which its prices, its
 * catalogue entry and its history are kept: `us.anthropic.claude-haiku-4-5-20251001-v1:0` →
 * `anthropic.claude-haiku-4-5`.
 */
export function modelStem(text: string): string {
  if (opaqueName(text) !== undefined) return text;
  const { model } = parseModelId(text);
  return PRICED_VERSION.exec(model)?.[0] ?? model.replace(VERSION_SUFFIX, '');
}
