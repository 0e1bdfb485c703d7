/** Requests of one system for one operation with one model. */
export type Route = { system: string; operation?: string | undefined; model: string };

/** Identifies a route within an organization. */
export const routeKeyOf = ({ system, operation, model }: Route): string =>
  JSON.stringify([system, operation ?? null, model]);

/** `relaycore/chat`. */
export const workText = ({ system, operation }: Omit<Route, 'model'>): string =>
  operation === undefined ? `${system} (no operation)` : `${system}/${operation}`;

/** `relaycore/chat (anthropic.claude-sonnet-5)`. */
export const routeText = (route: Route): string => `${workText(route)} (${route.model})`;

/** Distinguishes a route from the others of its system. */
export const routeTarget = ({ operation, model }: Route): string =>
  `${operation ?? '(none)'}/${model}`;
