import type { Catalog } from '../catalog/model.ts';
import { parseModelId } from '../pricing/model-id.ts';
import { focusSellerOf } from '../reporting/focus-seller.ts';

/** Whether the same provider sells both models, so that no new contract, key or data flow is needed. */
export function isSameProvider(present: string, other: string, catalog: Catalog): boolean {
  const sellerOf = (model: string): string => {
    const { provider, service } = focusSellerOf(model, { organizationId: model, catalog });
    return `${provider}: ${service}`;
  };
  return sellerOf(present) === sellerOf(other);
}

/**
 * A model's id with the inference profile of another one, so that a change of model does not move the
 * data: `us.anthropic.claude-opus-5-5` and `amazon.nova-pro-v1:0` → `us.amazon.nova-pro-v1:0`.
 */
export function inPlaceOf(present: string, model: string): string {
  const { profile } = parseModelId(present);
  const bare = parseModelId(model).model;
  return profile === undefined ? bare : `${profile}.${bare}`;
}

/** The id of a model in the global profile; `undefined` if it names no place, or is global already. */
export function globalIdOf(model: string): string | undefined {
  const { model: bare, profile } = parseModelId(model);
  return profile === undefined || profile === 'global' ? undefined : `global.${bare}`;
}
