/**
 * Where a model runs, if that affects the price. `in-region` means one region without a profile.
 */
export const GEOGRAPHIES = [
  'us',
  'ca',
  'eu',
  'jp',
  'au',
  'in',
  'apac',
  'us-gov',
  'in-region',
] as const;
export type Geography = (typeof GEOGRAPHIES)[number];

type Region = `${string}-${string}-${number}`;

/**
 * A geography, a region that has its own prices (`eu-west-2`), or a profile whose price differs by
 * the region of the caller (`eu/eu-west-2`).
 */
export type Place = Geography | Region | `${Geography | 'global'}/${Region}`;

/** Names that Amazon Bedrock accepts but that do not reveal the model. */
export type OpaqueName =
  | 'application-inference-profile'
  | 'provisioned-model'
  | 'custom-model'
  | 'custom-model-deployment'
  | 'imported-model'
  | 'prompt-router'
  | 'prompt';

/**
 * `profile` is the prefix of the inference profile. `geography` is absent if no premium can apply:
 * for global profiles, and for ids without a place. `region` is the region in the id, if there is
 * one.
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
/** LiteLLM's routes: `bedrock/eu-west-1/…`, `bedrock/converse/…`, `bedrock_mantle/…`. */
const BEDROCK_ROUTE =
  /^(?:amazon-bedrock[/:]|bedrock:|bedrock(?:_converse|_mantle)?\/(?:(?:converse|invoke|converse_like)\/)?)(?:((?:[a-z]+-)+\d)\/)?/;
const ROUTE_PREFIX = /^(?:(?:anthropic|openai|deepseek|gemini|mistral)[/:]|models\/(?=gemini-))/;
const PROFILE_PREFIX = /^(global|us-gov|us|ca|eu|jp|au|in|apac)\.(?=[a-z0-9]+\.)/;
/** Claude Code and others append the context window: `claude-sonnet-4-5[1m]`. */
const WINDOW_SUFFIX = /\[\d+[km]\]$/i;
const VERSION_SUFFIX = /(?:[-@]20\d{6}|[-@](?:latest|default))?(?:-v\d+)?(?::\d+[a-z]*)*$/;
/** Suffixes that choose another way to serve a model, which may cost more or less. */
const VARIANT_SUFFIX =
  /(?:[:-](free|nitro|floor|online|extended|exacto|thinking|beta|fast|batch|flex|priority)|-(minimal|low|medium|high|xhigh|max))$/;
/** Versions that have their own prices. */
const PRICED_VERSION = /^amazon\.titan-embed-text-v\d+/;

/**
 * Parses a model id in any form that callers use: a bare id, one with an inference profile's
 * prefix, the ARN of a foundation model or system inference profile, or a name with a provider's
 * route in front (`anthropic/claude-…`). An ARN that does not reveal its model (`opaqueName`) is
 * kept unchanged, because only the organization's own card can price it.
 */
export function parseModelId(text: string): ModelId {
  const bare = withoutRoute(text);
  const arn = ARN.exec(bare);
  if (arn) {
    const [, partition, region, kind, id = ''] = arn;
    const named = parseName(id);
    if (kind !== 'foundation-model') return named;
    return { ...named, geography: partition === '-us-gov' ? 'us-gov' : 'in-region', region };
  }
  const named = parseName(bare);
  const region = BEDROCK_ROUTE.exec(text)?.[1];
  if (region === undefined || named.profile !== undefined) return named;
  return { ...named, geography: geographyOf(region), region };
}

const withoutRoute = (text: string): string => text.replace(BEDROCK_ROUTE, '');

function parseName(text: string): ModelId {
  const id = text.replace(ROUTE_PREFIX, '').replace(WINDOW_SUFFIX, '');
  const profile = PROFILE_PREFIX.exec(id)?.[1];
  if (profile === undefined) return { model: id };
  const model = id.slice(profile.length + 1);
  return { model, profile, geography: GEOGRAPHIES.find((place) => place === profile) };
}

/** The geography whose premium a request in a region pays. */
export const geographyOf = (region: string): Geography =>
  region.startsWith('us-gov-') ? 'us-gov' : 'in-region';

/** The kind of an ARN that does not reveal its model; `undefined` for any other name. */
export function opaqueName(text: string): OpaqueName | undefined {
  return OPAQUE.exec(withoutRoute(text))?.[1]?.replace('default-', '') as OpaqueName | undefined;
}

/**
 * The name shared by all dated and versioned forms of a model. Its prices, catalog entry and
 * history are stored under it: `us.anthropic.claude-haiku-4-5-20251001-v1:0` →
 * `anthropic.claude-haiku-4-5`.
 */
export function modelStem(text: string): string {
  if (opaqueName(text) !== undefined) return withoutRoute(text);
  const { model } = parseModelId(text);
  return PRICED_VERSION.exec(model)?.[0] ?? model.replace(VERSION_SUFFIX, '');
}

/**
 * The model that a name may be a variant of: `openrouter/openai/gpt-4o:free` →
 * `openrouter/openai/gpt-4o`, `free`. `undefined` if the name has no such suffix.
 */
export function variantOf(text: string): { model: string; variant: string } | undefined {
  const match = VARIANT_SUFFIX.exec(text);
  const variant = match?.[1] ?? match?.[2];
  return match && variant ? { model: text.slice(0, match.index), variant } : undefined;
}
