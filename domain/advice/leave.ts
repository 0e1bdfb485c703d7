import { PROFILES, type ProfilePrefix } from '../routing/profile-facts.ts';

export type AdvicePlace = Exclude<ProfilePrefix, 'us-gov'>;

/** Places that advice may move a route to. GovCloud is apart: nothing moves to it or from it. */
export const ADVICE_PLACES = (Object.keys(PROFILES) as ProfilePrefix[]).filter(
  (place): place is AdvicePlace => place !== 'us-gov',
);

/** What advice may propose beside a route's own provider and place. */
export type AdviceLeave = {
  /** As `providerOfModel` names them. */
  providers: readonly string[];
  places: readonly AdvicePlace[];
};

export const NO_LEAVE: AdviceLeave = { providers: [], places: [] };
