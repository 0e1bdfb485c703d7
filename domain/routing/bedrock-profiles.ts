import { ownValue } from '../own-value.ts';
import { modelStem } from '../pricing/model-id.ts';
import {
  PROFILED_MODELS,
  type ProfileFacts,
  type ProfilePrefix,
  PROFILES,
} from './profile-facts.ts';

type ReachedProfile = ProfileFacts & Required<Pick<ProfileFacts, 'destinations'>>;

/** What is known of a profile, if it is known where it sends requests. */
export function reachedProfile(prefix: string): ReachedProfile | undefined {
  const facts = ownValue<ProfileFacts>(PROFILES, prefix);
  return facts?.destinations === undefined
    ? undefined
    : { ...facts, destinations: facts.destinations };
}

/** Whether a region may call a profile. Nobody may if it is unknown where that sends requests. */
export const mayCall = (prefix: string, region: string): boolean =>
  reachedProfile(prefix)?.callers.test(region) === true;

/** Profiles that at least one of these regions may call. */
export const callableProfiles = (regions: readonly string[]): ProfilePrefix[] =>
  (Object.keys(PROFILES) as ProfilePrefix[]).filter((prefix) =>
    regions.some((region) => mayCall(prefix, region)),
  );

/** Whether a profile serves a model, as far as that is known. */
export function hasProfile(model: string, prefix: string): boolean {
  const row = PROFILED_MODELS.find(({ stem }) => stem.test(modelStem(model)));
  return row === undefined || row.prefixes.some((each) => each === prefix);
}

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
  const { prefixes = [] } = PROFILED_MODELS.find((row) => row.stem.test(stem)) ?? {};
  if (prefixes.length === 0) return model;
  const inOrder = prefersGlobal ? [...prefixes].toReversed() : prefixes;
  const prefix = inOrder.find((each) => mayCall(each, region));
  return prefix && `${prefix}.${model}`;
}
