import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { ModelApi } from '../../domain/gateway/wire-format.ts';
import type { Endpoint, Outcome } from '../../domain/routing/endpoint.ts';
import type { Severity } from '../../domain/severity.ts';

export type RouteRequest = {
  /** As the client names it, or as Purser prices it. */
  model: string;
  /** The APIs that can serve the request, the client's own first. */
  apis: readonly ModelApi[];
  sessionKey?: string | undefined;
  severity?: Severity | undefined;
  region?: string | undefined;
};

/** Endpoints in the order in which to try them; none if nobody serves the model. */
export type RoutePlan = {
  endpoints: readonly Endpoint[];
  /** Where the request would cost the most, so that a reservation suffices for all of them. */
  dearestRegion?: string | undefined;
};

/** Decides which endpoints to try, and learns how they did. */
export type EndpointRouter = {
  plan(call: OrganizationCall, request: RouteRequest): Promise<RoutePlan>;
  begin(endpoint: Endpoint): void;
  note(endpoint: Endpoint, outcome: Outcome): void;
  /** Shares what was noted with other processes, if that is due. */
  flush(): Promise<void>;
};
