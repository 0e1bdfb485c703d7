import type { ServiceTier } from '../pricing/service-tier.ts';

const COST_ORDER: readonly ServiceTier[] = ['batch', 'flex', 'standard', 'priority'];

/** Whether one tier is served sooner, and costs more, than another. */
export const isDearerTier = (tier: ServiceTier, than: ServiceTier): boolean =>
  COST_ORDER.indexOf(tier) > COST_ORDER.indexOf(than);
