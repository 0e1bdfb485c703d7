import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJwtVerifier } from '../../aws/jwt-verifier.ts';
import { credentialServices } from '../../composition/access.ts';
import { createHandler } from '../../lambdas/authorizer/handler.ts';
import type { CallerContext } from '../../lambdas/edge/caller.ts';
import { deployedDesk, requestBy } from '../support/deployed-desk.ts';
import { eventOf } from '../support/model-desk.ts';
import { silentTelemetry } from '../support/telemetry.ts';
import { startTokenIssuer } from '../support/token-issuer.ts';

const { store, ask, ok, budget } = deployedDesk();

let issuer: Awaited<ReturnType<typeof startTokenIssuer>>;
beforeAll(async () => {
  issuer = await startTokenIssuer();
});
afterAll(() => issuer.close());

/** What the authorizer says of a person who signs in with these claims. */
async function signedIn(organizationId: string, claims: object): Promise<CallerContext> {
  const authorize = createHandler({
    ...credentialServices(store().db),
    verifyToken: createJwtVerifier({ ...issuer.settings, departmentsClaim: 'groups' }),
    telemetry: silentTelemetry(),
    now: Date.now,
  });
  const token = await issuer.token({
    sub: 'Ada',
    'purser:organization': organizationId,
    'purser:role': 'caller',
    ...claims,
  });
  const { context } = await authorize({
    headers: { authorization: `Bearer ${token}` },
    requestContext: { http: { sourceIp: '192.0.2.1' } },
  } as unknown as APIGatewayRequestAuthorizerEventV2);
  expect(context).toMatchObject({ organizationId });
  return context;
}

const reserve = (context: CallerContext, over: object = {}) =>
  ask('POST /v1/reservations', { context, body: requestBy('ada', over) });

/** The department of the reservation that this request makes. */
async function departmentFor(context: CallerContext, over: object = {}): Promise<unknown> {
  const { status, text, json } = await reserve(context, over);
  expect(status, text).toBe(201);
  const params = { id: String(json['reservationId']) };
  return (await ok('GET /v1/reservations/{id}', { context, params })).json['departmentId'];
}

describe('the departments in a claim of a token', () => {
  it('are those of its person, so that leaving one out escapes no budget', async () => {
    const organizationId = 'claimed';
    const ada = await signedIn(organizationId, { groups: ['Research', 'sales'] });
    await budget(organizationId, 'department', 'research', '0.0001');
    const escaping = await reserve(ada);
    expect(escaping.status, escaping.text).toBe(429);
    expect(escaping.text).toContain('department/research/daily');
    const checked = await ok('POST /v1/budgets/check', {
      context: ada,
      body: { userId: 'ada', estimatedCostUsd: '1' },
    });
    expect(checked.json).toMatchObject({ decidingBudgetId: 'department/research/daily' });
    expect(await departmentFor(ada, { departmentId: 'Sales' })).toBe('Sales');
  });

  it('are the only ones that the person may name, in requests and events', async () => {
    const ada = await signedIn('claimed-choice', { groups: 'research' });
    const refused = await reserve(ada, { departmentId: 'sales' });
    expect(refused.status, refused.text).toBe(403);
    expect(refused.text).toContain('must be a department of ada (research)');
    const events = [eventOf({ departmentId: 'sales' }), eventOf()];
    const charged = await ok('POST /v1/usage', { context: ada, body: { events } });
    expect(charged.json).toMatchObject({
      accepted: 1,
      rejected: [{ index: 0, field: 'departmentId' }],
    });
  });

  it('are none without the claim: the default department is charged, and no other', async () => {
    const organizationId = 'unclaimed';
    await ok('PUT /v1/settings/identity', {
      organizationId,
      body: { defaultDepartmentId: 'general' },
    });
    for (const claims of [{}, { groups: [] }, { groups: ['a#b', 7, null] }]) {
      const ada = await signedIn(organizationId, claims);
      expect(await departmentFor(ada)).toBe('general');
      expect((await reserve(ada, { departmentId: 'research' })).status).toBe(403);
    }
  });

  it('give way to what an operator entered for the user', async () => {
    const organizationId = 'entered';
    const put = (departments: string[]) =>
      ok('PUT /v1/users/{id}', { organizationId, params: { id: 'ada' }, body: { departments } });
    await put(['legal']);
    const ada = await signedIn(organizationId, { groups: ['research'] });
    expect(await departmentFor(ada)).toBe('legal');
    expect((await reserve(ada, { departmentId: 'research' })).status).toBe(403);
  });

  it('make their person known to an organization that refuses unknown users', async () => {
    const organizationId = 'known-by-claim';
    const body = { unknownUsers: 'refuse' };
    await ok('PUT /v1/settings/directory', { organizationId, body });
    expect(await departmentFor(await signedIn(organizationId, { groups: ['lab'] }))).toBe('lab');
    const stranger = await ask('POST /v1/reservations', { organizationId, body: requestBy('eve') });
    expect(stranger.status, stranger.text).toBe(403);
  });

  it('do not count for others on whose behalf the person acts', async () => {
    const claims = { sub: 'bob', 'purser:role': 'operator', groups: ['research'] };
    const bob = await signedIn('on-behalf', claims);
    expect(await departmentFor(bob)).toBeUndefined();
    expect(await departmentFor(bob, { departmentId: 'sales' })).toBe('sales');
    expect(await departmentFor(bob, { userId: 'bob' })).toBe('research');
  });
});
