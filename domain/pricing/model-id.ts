/** Where a model runs, as far as it changes the price; `in-region` is one region, without a profile. */
export const GEOGRAPHIES = ['us', 'eu', 'jp', 'au', 'in', 'apac', 'us-gov', 'in-region'] as const;
export type Geography = (typeof GEOGRAPHIES)[number];

/**
 * `profile` is the inference profile's prefix. `geography` is absent where no premium can apply:
 * global profiles, and ids that name no place.
 */
export type ModelId = {
  model: string;
  profile?: string | undefined;
  geography?: Geography | undefined;
};

const ARN = /^arn:aws[a-z-]*:bedrock:[a-z0-9-]*:\d*:(?:foundation-model|inference-profile)\/(.+)$/;
const FOUNDATION_MODEL = /:foundation-model\//;
const ROUTE_PREFIX = /^(?:bedrock|anthropic|openai|deepseek|gemini)\//;
const PROFILE_PREFIX = /^(global|us-gov|us|eu|jp|au|in|apac)\.(?=[a-z0-9]+\.)/;
const VERSION_SUFFIX = /(?:[-@]20\d{6}|-latest)?(?:-v\d+)?(?::\d+[a-z]*)*$/;

/**
 * Reads a model id as callers write it: a bare id, one with an inference profile's prefix, the ARN of
 * a foundation model or system inference profile, or a name with a provider's route in front
 * (`anthropic/claude-…`). The ARN of an application inference profile names no model and stays as it
 * is: only an override can price it.
 */
export function parseModelId(text: string): ModelId {
  const arn = ARN.exec(text);
  const id = (arn?.[1] ?? text).replace(ROUTE_PREFIX, '');
  const profile = PROFILE_PREFIX.exec(id)?.[1];
  if (profile !== undefined) {
    const model = id.slice(profile.length + 1);
    return { model, profile, geography: GEOGRAPHIES.find((place) => place === profile) };
  }
  return FOUNDATION_MODEL.test(text) ? { model: id, geography: 'in-region' } : { model: id };
}

/**
 * The name that all dated and versioned forms of a model share, and under which its prices, its
 * catalogue entry and its history are kept: `us.anthropic.claude-haiku-4-5-20251001-v1:0` →
 * `anthropic.claude-haiku-4-5`.
 */
export const modelStem = (text: string): string =>
  parseModelId(text).model.replace(VERSION_SUFFIX, '');
