import { type Geography, modelStem } from '../pricing/model-id.ts';

/** Prefixes of system inference profiles. */
export type ProfilePrefix = Exclude<Geography, 'in-region'> | 'global';

/**
 * The inference profiles of models that Amazon Bedrock serves on demand only through one, by the
 * beginning of their stems; the first match counts. Models without a match are called by their bare
 * id. Source: docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html, read
 * 2026-11-30. Newer models of Claude are assumed to have the profiles of their predecessors.
 */
const PROFILES: readonly (readonly [stem: RegExp, prefixes: readonly ProfilePrefix[]])[] = [
  [/^anthropic\.claude-(?:v2|instant|3-(?:haiku|sonnet|opus)$)/, []],
  [/^anthropic\.claude-3-[57]-/, ['us', 'eu', 'apac']],
  [/^anthropic\.claude-opus-4(?:-1)?$/, ['us']],
  [/^anthropic\.claude-sonnet-4$/, ['us', 'eu', 'apac', 'global']],
  [/^anthropic\./, ['us', 'eu', 'jp', 'au', 'global']],
  [/^amazon\.nova-premier/, ['us']],
  [/^amazon\.nova-2-lite/, ['us', 'eu', 'jp', 'global']],
  [/^amazon\.nova-(?:micro|lite|pro)$/, ['us', 'eu', 'apac']],
  [/^meta\.llama(?:3-[123]|4)-/, ['us']],
  [/^deepseek\.r1/, ['us']],
  [/^writer\.palmyra/, ['us']],
  [/^mistral\.pixtral/, ['us', 'eu']],
];

/** Which regions may call a profile. */
const CALLERS: Record<ProfilePrefix, RegExp> = {
  us: /^(?:us-(?!gov-)|ca-)/,
  ca: /^ca-/,
  eu: /^eu-/,
  jp: /^ap-northeast-[13]$/,
  au: /^ap-southeast-[24]$/,
  in: /^ap-south-/,
  apac: /^ap-/,
  'us-gov': /^us-gov-/,
  global: /^(?!us-gov-)/,
};

export const mayCall = (prefix: ProfilePrefix, region: string): boolean =>
  CALLERS[prefix].test(region);

/**
 * The id by which a region serves a bare model: with the profile that keeps the request in the
 * region's geography if there is one, otherwise with the global one.
 * @param prefersGlobal takes the global profile where there is one: cheaper for recent models, and
 *   served anywhere
 * @returns `undefined` if the region does not serve the model
 */
export function regionalId(
  model: string,
  region: string,
  { prefersGlobal = false }: { prefersGlobal?: boolean } = {},
): string | undefined {
  const stem = modelStem(model);
  const prefixes = PROFILES.find(([pattern]) => pattern.test(stem))?.[1] ?? [];
  if (prefixes.length === 0) return model;
  if (region.startsWith('us-gov-')) return `us-gov.${model}`;
  const inOrder = prefersGlobal ? [...prefixes].toReversed() : prefixes;
  const prefix = inOrder.find((each) => mayCall(each, region));
  return prefix && `${prefix}.${model}`;
}
