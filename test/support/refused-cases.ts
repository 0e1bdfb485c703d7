import { expect } from 'vitest';
import type { Route } from '../../contracts/route.ts';
import { ROUTES } from '../../contracts/routes.ts';
import { controlIdOf } from '../../domain/controls/control.ts';
import { mapConcurrently } from '../../services/map-concurrently.ts';
import type { PurserClient } from './purser-client.ts';
import { createRawClient, type RawRequest } from './raw-request.ts';
import { tableLines } from './table-lines.ts';
import { SONNET } from './request-bodies.ts';
import { validBodies } from './valid-bodies.ts';

/**
 * The expected answer; `field` is among its `errors`, and `gateway` means that it is not one of our
 * problems.
 */
export type Expected = { status: number | number[]; field?: string; gateway?: true };
export type RefusedCase = { label: string; request: RawRequest; expected: Expected };

/** Every route with its operation ID. */
export const ALL_ROUTES = Object.entries(ROUTES);

const EXAMPLES = validBodies();
const PARAMS: Record<string, string> = {
  validFrom: '2027-01-01T00:00:00Z',
  scope: 'user',
  scopeId: 'ada',
  member: 'session',
  period: 'daily',
  model: 'negotiated-model',
  name: 'model-switching',
  industry: 'hospitality',
  id: '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a44',
  version: '1',
  eventId: 'no-such-event',
  keyId: 'local-automatrix',
  exportId: '019aa5c3-7a10-4cc4-9b1e-2f6d0c1b8a44',
  adjustmentId: '019aa5c3-7a10-4cc4-9b1e-2f6d0c1b8a44',
  requestId: '01796005296817-019aa5c3-7a10-4cc4-9b1e-2f6d0c1b8a44',
};

/** A valid body of a route, as text. */
export const bodyOf = (id: string): string => JSON.stringify(EXAMPLES[id]?.[0]?.body);

/** The ID of a control that was never applied. */
const CONTROL_ID = controlIdOf({
  scope: 'user',
  scopeId: 'nobody',
  restriction: { action: 'disable' },
  origin: 'manual',
  actor: 'nobody',
  reason: 'a test',
  appliedAtMs: 0,
  changedAtMs: 0,
});

/** A route's path, with raw texts for some of its parameters. */
export function pathOf({ path }: Route, params: Record<string, string> = {}): string {
  const defaults: Record<string, string> = {
    ...PARAMS,
    ...(path.includes('/controls/') ? { id: CONTROL_ID } : {}),
    // Only organizations and departments have members.
    ...(path.includes('{member}') ? { scope: 'department' } : {}),
  };
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? defaults[name] ?? '');
}

/** @throws Error if no route has this operation ID */
export function routeOf(id: string): Route {
  const route = ROUTES[id];
  if (!route) throw new Error(`there is no route ${id}`);
  return route;
}

/** Sends requests with one error and proves that refusing them leaves no trace. */
export function createRefusals(purser: PurserClient) {
  const raw = createRawClient(purser.url);

  function requestOf(id: string, route: Route, change: Partial<RawRequest> = {}): RawRequest {
    return {
      method: route.method,
      path: pathOf(route),
      body: route.body ? bodyOf(id) : undefined,
      ...change,
      headers: {
        authorization: `Bearer ${purser.key}`,
        ...(route.body ? { 'content-type': 'application/json' } : {}),
        ...change.headers,
      },
    };
  }

  /** Sends every case, lists the unexpected answers, and asserts that nothing was written. */
  async function expectRefused(cases: RefusedCase[]): Promise<void> {
    expect(cases).not.toEqual([]);
    await purser.drain();
    const before = await tableLines(purser.store());
    const faults = await mapConcurrently(cases, 16, async ({ label, request, expected }) => {
      const answer = await raw.send(request);
      const fault = (what: unknown): string => `${label}: ${String(what)}`;
      if (![expected.status].flat().includes(answer.status)) {
        return fault(`${answer.status} ${answer.text.slice(0, 300)}`);
      }
      if (expected.gateway || request.method === 'HEAD') return [];
      if (!answer.contentType.startsWith('application/problem+json'))
        return fault(answer.contentType);
      const { errors = [] } = JSON.parse(answer.text) as { errors?: { field: string }[] };
      const fields = errors.map(({ field }) => field);
      return expected.field === undefined || fields.includes(expected.field)
        ? []
        : fault(`named ${fields.join(', ')}`);
    });
    expect(faults.flat()).toEqual([]);
    await purser.drain();
    expect(await tableLines(purser.store())).toEqual(before);
  }

  return { raw, requestOf, expectRefused };
}

/** Stores some data, so that a wrong write or delete would show. */
export async function storeSomething(purser: PurserClient): Promise<void> {
  await purser.put('/v1/budgets/user/ada/daily', { limitUsd: '25' });
  const request = { system: 'relaycore', userId: 'ada', model: SONNET, inputTokens: 100 };
  await purser.post('/v1/reservations', request);
}
