import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { BudgetView } from '../../contracts/budgets.ts';
import type { ControlView } from '../../contracts/controls.ts';
import { reportRoutes } from '../../contracts/reports.ts';
import type { HttpEvent } from '../../lambdas/edge/caller.ts';
import { createHttpHandler, endpoint } from '../../lambdas/edge/http-handler.ts';
import { type ErrorFacts, type ErrorKind, ServiceError } from '../../services/errors.ts';
import { StoreUnavailableError } from '../../tables/dynamodb.ts';
import { httpEvent } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { silentTelemetry } from '../support/telemetry.ts';

const MESSAGE = 'Purser says why.';
const FIELDS = [{ field: 'to', message: 'must be later' }];
const NO_RETRY = { 'x-should-retry': 'false' };

const BUDGET: BudgetView = {
  budgetId: 'user/ada/daily',
  scope: 'user',
  scopeId: 'ada',
  period: 'daily',
  periodKey: '2026-11-21',
  timeZone: 'UTC',
  enforcement: 'enforce',
  mode: 'exact',
  lanes: 1,
  onExpiry: 'presume',
  limit: { usd: '1.000000000' },
  limitUsd: '1.000000000',
  settledUsd: '0.000000000',
  reservedUsd: '0.000000000',
  availableUsd: '1.000000000',
  lentUsd: '0.000000000',
  overageUsd: '0.000000000',
  burnRate: '0.000000000',
  startsAt: '2026-11-21T00:00:00.000Z',
  resetsAt: '2026-11-22T00:00:00.000Z',
};
const CONTROL: ControlView = {
  controlId: 'control-1',
  scope: 'user',
  scopeId: 'ada',
  action: 'disable',
  origin: 'manual',
  actor: 'key-1',
  reason: 'testing',
  appliedAt: '2026-11-21T00:00:00.000Z',
  changedAt: '2026-11-21T00:00:00.000Z',
};

type Expected<Kind extends ErrorKind> = {
  facts: Omit<ErrorFacts<Kind>, 'kind'>;
  type?: string;
  status: number;
  members?: Record<string, unknown>;
  headers?: Record<string, string>;
};

/** The HTTP answer to each kind. */
const EXPECTED: { [Kind in ErrorKind]: Expected<Kind> } = {
  'invalid-request': { facts: {}, status: 400 },
  'unknown-price': { facts: {}, status: 422 },
  forbidden: { facts: {}, status: 403 },
  'costs-disputed': {
    facts: { keyId: 'key-1', disputedNanoUsd: 1_500_000_000n },
    status: 403,
    members: { code: 'costs_disputed', keyId: 'key-1', disputedUsd: '1.500000000' },
    headers: NO_RETRY,
  },
  underdeclared: {
    facts: { keyId: 'key-1' },
    status: 403,
    members: { code: 'underdeclared', keyId: 'key-1' },
    headers: NO_RETRY,
  },
  'not-found': { facts: {}, status: 404 },
  conflict: { facts: {}, status: 409, headers: NO_RETRY },
  'reservation-closed': {
    facts: { reservationId: 'res-1', state: 'settled' },
    type: 'conflict',
    status: 409,
    members: { reservationId: 'res-1', state: 'settled' },
    headers: { 'x-purser-replayed': 'true', ...NO_RETRY },
  },
  'budget-exceeded': {
    facts: {
      budget: BUDGET,
      neededUsd: '2.000000000',
      unit: 'tokens',
      needed: '3000',
      because: 'spent',
      severity: 'low',
    },
    status: 429,
    members: {
      decision: 'reject',
      code: 'budget_exceeded',
      decidingBudgetId: BUDGET.budgetId,
      budget: BUDGET,
      neededUsd: '2.000000000',
      unit: 'tokens',
      needed: '3000',
      because: 'spent',
      resetsAt: BUDGET.resetsAt,
      severity: 'low',
    },
    headers: {
      'x-purser-decision': 'reject',
      'x-purser-needed-usd': '2.000000000',
      'x-purser-severity': 'low',
      ...NO_RETRY,
    },
  },
  'control-in-force': {
    facts: { control: CONTROL, severity: undefined },
    status: 429,
    members: { decision: 'reject', code: 'control_in_force', control: CONTROL },
    headers: { 'x-purser-decision': 'reject', ...NO_RETRY },
  },
  throttled: {
    facts: { control: CONTROL, severity: 'high' },
    status: 429,
    members: { decision: 'reject', code: 'control_in_force', control: CONTROL, severity: 'high' },
    headers: {
      'x-purser-decision': 'reject',
      'x-should-retry': 'true',
      'x-purser-severity': 'high',
    },
  },
  'too-many-requests': { facts: {}, status: 429, headers: NO_RETRY },
  unavailable: { facts: {}, status: 503 },
};

const CASES = Object.entries(EXPECTED).map(([kind, expected]) => {
  const { facts, ...rest } = expected;
  return { kind, facts: { kind, ...facts } as ErrorFacts, type: kind, ...rest };
});

type Handler = (event: HttpEvent, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

async function answerTo(error: Error) {
  const telemetry = silentTelemetry();
  const handler = createHttpHandler({ now: () => NOON, telemetry }, [
    endpoint(reportRoutes.costReport, () => Promise.reject(error)),
  ]);
  // No route declares every kind, so this skips the comparison with a contract.
  const invoke = handler as unknown as Handler;
  const answer = await invoke(httpEvent('GET /v1/reports/costs'), {} as Context);
  const status = answer.statusCode;
  const json = JSON.parse(answer.body ?? '') as Record<string, unknown>;
  const own = Object.entries(answer.headers ?? {}).filter(
    ([name]) => !['content-type', 'cache-control', 'x-purser-request-id'].includes(name),
  );
  return { status, json, headers: Object.fromEntries(own), telemetry };
}

describe('HTTP answers what services throw', () => {
  test.each(CASES)('$kind', async ({ facts, type, status, members = {}, headers = {} }) => {
    const error = new ServiceError(facts, MESSAGE, { fields: FIELDS });
    const answer = await answerTo(error);
    expect(answer.status).toBe(status);
    expect(answer.headers).toEqual(headers);
    expect(answer.json).toEqual({
      type: `https://purser.dev/problems/${type}`,
      title: expect.any(String),
      status,
      detail: MESSAGE,
      errors: FIELDS,
      ...members,
      requestId: 'request-1',
    });
  });

  test('with a retry where open requests hold the money', async () => {
    const facts = {
      budget: BUDGET,
      neededUsd: '2',
      unit: 'usd',
      needed: '2',
      because: 'held',
      severity: undefined,
    } as const;
    const error = new ServiceError({ kind: 'budget-exceeded', ...facts }, MESSAGE);
    expect((await answerTo(error)).headers).toMatchObject({ 'x-should-retry': 'true' });
  });

  test('with no errors where no field is at fault', async () => {
    const { json } = await answerTo(new ServiceError({ kind: 'conflict' }, MESSAGE));
    expect(json).not.toHaveProperty('errors');
  });

  test.each([
    [1, '1'],
    [1_000, '1'],
    [1_001, '2'],
    [1_800_000, '1800'],
    [-1, '1'],
    [30 * 86_400_000, '2147483'],
  ])('that may be repeated after %i ms with retry-after: %s', async (retryAfterMs, seconds) => {
    const error = new ServiceError({ kind: 'unavailable' }, MESSAGE, { retryAfterMs });
    expect((await answerTo(error)).headers).toEqual({ 'retry-after': seconds });
  });
});

test('a store that does not answer is unavailable, and the log has its own words', async () => {
  const error = new StoreUnavailableError('no answer in time');
  const { status, headers, telemetry } = await answerTo(error);
  expect({ status, headers }).toEqual({ status: 503, headers: { 'retry-after': '1' } });
  expect(telemetry.lines).toContainEqual(
    expect.objectContaining({
      code: 'REQUEST_FAILED',
      facts: expect.objectContaining({ error }),
    }),
  );
});

test('anything else is an error of ours that tells the caller nothing', async () => {
  const { status, json } = await answerTo(new Error('secret'));
  expect(status).toBe(500);
  expect(JSON.stringify(json)).not.toContain('secret');
});
