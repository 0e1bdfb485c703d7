import type { Catalog } from '../catalog/model.ts';
import { modelStem, parseModelId } from '../pricing/model-id.ts';
import { focusSellerOf } from '../reporting/focus-seller.ts';
import { callableProfiles, hasProfile } from '../routing/bedrock-profiles.ts';
import type { RoutingSettings } from '../routing/routing-settings.ts';
import { ADVICE_PLACES, type AdviceLeave, type AdvicePlace, NO_LEAVE } from './leave.ts';

/** The leave, and what the organization's other settings forbid in any case. */
export type AdviceBounds = {
  leave: AdviceLeave;
  routing: Pick<RoutingSettings, 'regions' | 'prefersGlobal'>;
  /** Stems of models whose budget lets no request through. */
  closedModels: readonly string[];
};

/** Nothing has leave, and nothing is forbidden. */
export const NO_BOUNDS: AdviceBounds = { leave: NO_LEAVE, routing: {}, closedModels: [] };

const BEDROCK = 'Amazon Bedrock';

/** Who sells a model, as settings name it: `Amazon Bedrock`, `OpenAI`, or the provider of an own model. */
export const providerOfModel = (model: string, catalog: Catalog): string =>
  focusSellerOf(model, { organizationId: model, catalog }).service.replace(/ API$/, '');

/** Every provider that sells a model of a catalog. */
export const providersOf = (catalog: Catalog): string[] =>
  [...new Set(catalog.list().map(({ model }) => providerOfModel(model, catalog)))].toSorted();

/** Whether a budget of the model lets nothing through. */
export const isClosed = (model: string, { closedModels }: AdviceBounds): boolean =>
  closedModels.includes(modelStem(model));

/**
 * Whether the organization lets advice propose a place: by its leave, or because its calls prefer the
 * global profile already.
 */
export const isAllowedPlace = (place: AdvicePlace, { leave, routing }: AdviceBounds): boolean =>
  !isForbiddenPlace(place, { routing }) &&
  (leave.places.includes(place) || (place === 'global' && routing.prefersGlobal === true));

/** Whether the regions in which Bedrock may be called rule a place out. */
export function isForbiddenPlace(
  place: AdvicePlace,
  { routing: { regions, prefersGlobal } }: Pick<AdviceBounds, 'routing'>,
): boolean {
  if (regions === undefined) return false;
  return place === 'global' ? prefersGlobal !== true : !callableProfiles(regions).includes(place);
}

/**
 * The ids by which a candidate may serve a route. With the same provider it keeps the route's place:
 * `us.anthropic.claude-opus-5-5` and `amazon.nova-pro-v1:0` → `us.amazon.nova-pro-v1:0`. With another
 * one, which needs leave, Bedrock serves it in every place that has leave.
 */
export function idsWithin(
  present: string,
  candidate: string,
  bounds: AdviceBounds,
  catalog: Catalog,
): string[] {
  if (isClosed(candidate, bounds)) return [];
  const { profile } = parseModelId(present);
  const provider = providerOfModel(candidate, catalog);
  if (provider === providerOfModel(present, catalog)) {
    return profile === undefined || hasProfile(candidate, profile)
      ? [inPlace(candidate, profile)]
      : [];
  }
  if (!bounds.leave.providers.includes(provider)) return [];
  if (provider !== BEDROCK) return [candidate];
  return ADVICE_PLACES.filter(
    (place) => isAllowedPlace(place, bounds) && hasProfile(candidate, place),
  ).map((place) => inPlace(candidate, place));
}

/** A model's id in a place; without one, its bare id. */
export function inPlace(model: string, place: string | undefined): string {
  const bare = parseModelId(model).model;
  return place === undefined ? bare : `${place}.${bare}`;
}

/** `any region`, `us`. */
export const placeText = (place: string): string => (place === 'global' ? 'any region' : place);
