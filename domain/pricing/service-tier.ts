/** How urgently a request is served. A model has a price for a tier only if its card states one. */
export const SERVICE_TIERS = ['standard', 'batch', 'flex', 'priority'] as const;
export type ServiceTier = (typeof SERVICE_TIERS)[number];

/** How fast a model answers. `fast` needs a price of its own on the card. */
export const SPEEDS = ['standard', 'fast'] as const;
export type Speed = (typeof SPEEDS)[number];
