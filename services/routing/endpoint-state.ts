import { type Breaker, NEVER_OPEN, WINDOW_MS } from '../../domain/routing/breaker.ts';
import { BEDROCK, type Endpoint, endpointId } from '../../domain/routing/endpoint.ts';
import type { Health } from '../../domain/routing/judge-pool.ts';
import { NO_CALLS, SLOT_MS, slotAt, sumOf, type Tally } from '../../domain/routing/tally.ts';

/** An endpoint as its health is kept, and whose it is. */
export type EndpointRef = { owner: string; id: string };

/** Endpoints of Amazon Bedrock belong to the deployment, others to one organization. */
export const ownerOf = (
  organizationId: string,
  { provider }: Pick<Endpoint, 'provider'>,
): string => (provider === BEDROCK ? BEDROCK : `organization#${organizationId}`);

export const refOf = (organizationId: string, endpoint: Endpoint): EndpointRef => ({
  owner: ownerOf(organizationId, endpoint),
  id: endpointId(endpoint),
});

/** What a process knows about one endpoint. */
export type EndpointState = {
  ref: EndpointRef;
  /** Counts of all processes, as last read or written. */
  shared: Map<number, Tally>;
  /** Own counts that are not written yet. */
  pending: Map<number, Tally>;
  breaker: Breaker;
  /** Whether other processes do not know the breaker yet. */
  isBreakerNews: boolean;
  /** Calls of this process that are in progress. */
  connections: number;
};

export const newState = (ref: EndpointRef): EndpointState => ({
  ref,
  shared: new Map(),
  pending: new Map(),
  breaker: NEVER_OPEN,
  isBreakerNews: false,
  connections: 0,
});

/** Counts a call that ended now. */
export function count({ pending }: EndpointState, tally: Tally, nowMs: number): void {
  const slot = slotAt(nowMs);
  pending.set(slot, sumOf([pending.get(slot) ?? NO_CALLS, tally]));
}

/** Own and others' counts together. Drops slots that no window reaches any more. */
export function healthOf({ shared, pending, breaker }: EndpointState, nowMs: number): Health {
  const oldest = slotAt(nowMs - WINDOW_MS - SLOT_MS);
  for (const slots of [shared, pending]) {
    for (const slot of slots.keys()) if (slot < oldest) slots.delete(slot);
  }
  if (pending.size === 0) return { slots: shared, breaker };
  const slots = new Map(shared);
  for (const [slot, tally] of pending) {
    slots.set(slot, sumOf([slots.get(slot) ?? NO_CALLS, tally]));
  }
  return { slots, breaker };
}

/**
 * Calls in progress: those of this process, or what all processes seem to have. By Little's law that
 * is the rate of calls times their mean latency.
 */
export const connectionsOf = (state: EndpointState, nowMs: number): number =>
  Math.max(state.connections, sumOf(healthOf(state, nowMs).slots.values()).latencyMs / WINDOW_MS);
