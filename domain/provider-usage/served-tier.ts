import type { ServiceTier } from '../pricing/service-tier.ts';

/**
 * The tier that prices a request: the one that served it, as the answer says. Answers of batches
 * often say that they were served as standard, so a batch stays one.
 */
export const servedTier = (
  stated: ServiceTier | undefined,
  served: ServiceTier | undefined,
): ServiceTier | undefined =>
  served === undefined || (served === 'standard' && stated === 'batch') ? stated : served;
