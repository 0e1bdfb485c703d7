import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { createHandler } from '../../lambdas/authorizer/handler.ts';
import type { ApiKey } from '../../tables/api-keys.ts';
import { StoreUnavailableError } from '../../tables/dynamodb.ts';
import { silentTelemetry } from '../support/telemetry.ts';

const KEY: ApiKey = {
  keyId: 'rc',
  organizationId: 'acme',
  role: 'caller',
  systems: ['relaycore'],
  createdAtMs: 0,
};
const CONTEXT = { organizationId: 'acme', role: 'caller', systems: 'relaycore' };
const FIVE_MINUTES_MS = 300_000;

const eventWith = (authorization: string): APIGatewayRequestAuthorizerEventV2 =>
  ({
    headers: { authorization },
    requestContext: { http: { sourceIp: '192.0.2.1' } },
  }) as unknown as APIGatewayRequestAuthorizerEventV2;

/** An authorizer whose store says what `known` says, or does not answer. */
function authorizer() {
  const world = { nowMs: 0, reachable: true, known: new Map([['good', KEY]]) };
  const handler = createHandler({
    telemetry: silentTelemetry(),
    now: () => world.nowMs,
    keys: {
      async find(key) {
        if (!world.reachable) throw new StoreUnavailableError('gone');
        return world.known.get(key);
      },
    },
    async verifyToken() {
      throw new Error('the issuer does not answer');
    },
  });
  return { world, ask: async (text: string) => (await handler(eventWith(text))).context };
}

describe('the authorizer', () => {
  it('hands over who calls, and nothing of a caller that is unknown', async () => {
    const { ask } = authorizer();
    expect(await ask('Bearer good')).toMatchObject({ ...CONTEXT, actor: 'rc' });
    for (const text of ['Bearer bad', 'Basic good', 'good', ''])
      expect(await ask(text)).toEqual({});
  });

  it('takes whom it verified in the last five minutes while the store does not answer', async () => {
    const { world, ask } = authorizer();
    await ask('Bearer good');
    world.reachable = false;
    world.nowMs = FIVE_MINUTES_MS - 1;
    expect(await ask('Bearer good')).toMatchObject(CONTEXT);
    world.nowMs = FIVE_MINUTES_MS;
    expect(await ask('Bearer good')).toEqual({ unverified: 'true' });
  });

  it('refuses neither nor admits whom it has not met', async () => {
    const { world, ask } = authorizer();
    await ask('Bearer good');
    world.reachable = false;
    expect(await ask('Bearer other')).toEqual({ unverified: 'true' });
    expect(await ask('Bearer a.b.c')).toEqual({ unverified: 'true' });
  });

  it('forgets a key at once that it has seen revoked', async () => {
    const { world, ask } = authorizer();
    await ask('Bearer good');
    world.known.clear();
    expect(await ask('Bearer good')).toEqual({});
    world.reachable = false;
    expect(await ask('Bearer good')).toEqual({ unverified: 'true' });
  });
});
