import { callerContext, type HttpEvent } from '../../../../lambdas/edge/caller.ts';

/** The organization whose budgets are kept in one mode, and the users that have a budget there. */
export const ORGANIZATIONS = { exact: 'exact-acme', escrow: 'escrow-acme' } as const;
export type PairMode = keyof typeof ORGANIZATIONS;
export const USERS = Array.from({ length: 16 }, (_, user) => `user-${user}`);

export const DEPARTMENT = 'research';
export const MODEL = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const INPUT_TOKENS = 1_000;
const OUTPUT_TOKENS = 500;

const RESERVE = 'POST /v1/reservations';
const SETTLE = 'POST /v1/reservations/{id}/settle';

/** The event that reserves for one user, as API Gateway sends it. */
export const reserveEvent = (mode: PairMode, index: number): HttpEvent =>
  eventOf(mode, RESERVE, '/v1/reservations', {
    system: 'relaycore',
    userId: USERS[index % USERS.length],
    departmentId: DEPARTMENT,
    model: MODEL,
    inputTokens: INPUT_TOKENS,
    maxOutputTokens: 2 * OUTPUT_TOKENS,
  });

/** The event that settles a reservation at a part of what it holds. */
export const settleEvent = (mode: PairMode, reservationId: string): HttpEvent => ({
  ...eventOf(mode, SETTLE, `/v1/reservations/${reservationId}/settle`, {
    usage: { inputTokens: INPUT_TOKENS, outputTokens: OUTPUT_TOKENS },
  }),
  pathParameters: { id: reservationId },
});

function eventOf(mode: PairMode, routeKey: string, path: string, body: unknown): HttpEvent {
  const caller = {
    organizationId: ORGANIZATIONS[mode],
    actor: 'bench',
    role: 'admin' as const,
    requestsPerSecond: 10_000,
  };
  return {
    version: '2.0',
    routeKey,
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json', host: 'api.example.com' },
    body: JSON.stringify(body),
    isBase64Encoded: false,
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      authorizer: { lambda: callerContext(caller) },
      domainName: 'api.example.com',
      domainPrefix: 'api',
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: '' },
      requestId: '5f3c0d3e-6d3f-4e9c-8a0e-3d5b1c9b8a77',
      routeKey,
      stage: '$default',
      time: '21/Nov/2026:12:30:00 +0000',
      timeEpoch: 1_795_264_200_000,
    },
  };
}
