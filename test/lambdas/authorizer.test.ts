import { randomBytes } from 'node:crypto';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { keyIdOf, keyTextOf } from '../../contracts/server/api-key-text.ts';
import { createHandler } from '../../lambdas/authorizer/handler.ts';
import { callerOf } from '../../lambdas/edge/caller.ts';
import type { Naming } from '../../domain/naming/naming.ts';
import type { ApiKey } from '../../tables/api-keys.ts';
import { StoreUnavailableError } from '../../tables/dynamodb.ts';
import { httpEvent } from '../support/http-event.ts';
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
const HOUR_MS = 3_600_000;

const eventWith = (authorization: string): APIGatewayRequestAuthorizerEventV2 =>
  ({
    headers: { authorization },
    requestContext: { http: { sourceIp: '192.0.2.1' } },
  }) as unknown as APIGatewayRequestAuthorizerEventV2;

/** An authorizer whose store returns `known` or fails to respond. */
function authorizer() {
  const world = {
    nowMs: 0,
    reachable: true,
    writable: true,
    known: new Map([['good', KEY]]),
    naming: new Map<string, Naming>(),
    reads: 0,
    uses: [] as number[],
    /** When the verified token expires. */
    tokenEndsAtMs: undefined as number | undefined,
  };
  const handler = createHandler({
    telemetry: silentTelemetry(),
    now: () => world.nowMs,
    keys: {
      async find(key) {
        if (!world.reachable) throw new StoreUnavailableError('gone');
        world.reads += 1;
        return world.known.get(key);
      },
      async noteUse(key, nowMs) {
        if (!world.writable) throw new StoreUnavailableError('gone');
        world.uses.push(nowMs);
        const apiKey = world.known.get(key);
        if (apiKey) world.known.set(key, { ...apiKey, lastUsedAtMs: nowMs });
      },
    },
    settings: {
      async naming(organizationId) {
        return world.naming.get(organizationId);
      },
    },
    async verifyToken() {
      if (world.tokenEndsAtMs === undefined) throw new Error('the issuer does not answer');
      return {
        organizationId: 'acme',
        actor: 'ada',
        role: 'viewer',
        expiresAtMs: world.tokenEndsAtMs,
      };
    },
  });
  return { world, ask: async (text: string) => (await handler(eventWith(text))).context };
}

describe('the authorizer', () => {
  it('passes the caller on, and nothing about an unknown caller', async () => {
    const { ask } = authorizer();
    expect(await ask('Bearer good')).toMatchObject({ ...CONTEXT, actor: 'rc' });
    for (const text of ['Bearer bad', 'Basic good', 'good', ''])
      expect(await ask(text)).toEqual({});
  });

  it('looks up no more credentials of an address that sends many unknown ones', async () => {
    const { world, ask } = authorizer();
    world.known.set('new', KEY);
    await ask('Bearer good');
    for (let sent = 0; sent < 50; sent += 1) expect(await ask(`Bearer guess-${sent}`)).toEqual({});
    world.reachable = false;
    expect(await ask('Bearer guess-51')).toEqual({ strange: 'true' });
    world.reachable = true;
    // Verified callers continue immediately, others after a moment.
    expect(await ask('Bearer good')).toMatchObject(CONTEXT);
    expect(await ask('Bearer new')).toEqual({ strange: 'true' });
    world.nowMs += 200;
    expect(await ask('Bearer new')).toMatchObject(CONTEXT);
  });

  it('hands over how the organization tells ids apart, if it has set that', async () => {
    const { world, ask } = authorizer();
    expect(await ask('Bearer good')).not.toHaveProperty('idComparison');
    const naming = { idComparison: 'exact', isDepartmentRequired: true } as const;
    world.naming.set('acme', { ...naming, defaultDepartmentId: 'lab' });
    expect(await ask('Bearer good')).toMatchObject({
      idComparison: 'exact',
      defaultDepartmentId: 'lab',
      isDepartmentRequired: 'true',
    });
  });

  it('accepts callers verified in the last five minutes while the store does not respond', async () => {
    const { world, ask } = authorizer();
    await ask('Bearer good');
    world.reachable = false;
    world.nowMs = FIVE_MINUTES_MS - 1;
    expect(await ask('Bearer good')).toMatchObject(CONTEXT);
    world.nowMs = FIVE_MINUTES_MS;
    expect(await ask('Bearer good')).toEqual({ unverified: 'true' });
  });

  it('neither refuses nor admits callers that it has not seen', async () => {
    const { world, ask } = authorizer();
    await ask('Bearer good');
    world.reachable = false;
    expect(await ask('Bearer other')).toEqual({ unverified: 'true' });
    expect(await ask('Bearer a.b.c')).toEqual({ unverified: 'true' });
  });

  it('forgets a key immediately once it has seen it revoked', async () => {
    const { world, ask } = authorizer();
    await ask('Bearer good');
    world.known.clear();
    expect(await ask('Bearer good')).toEqual({});
    world.reachable = false;
    expect(await ask('Bearer good')).toEqual({ unverified: 'true' });
  });

  it('refuses a key of Purser that is mistyped or cut off without a read', async () => {
    const { world, ask } = authorizer();
    const text = keyTextOf('prod', keyIdOf(randomBytes(16)), randomBytes(32));
    const wrong = [
      text.slice(0, -1),
      `${text}0`,
      text.toLowerCase(),
      text.replace('purser_prod', 'purser_dev'),
      text.replace(/.$/, text.endsWith('0') ? '1' : '0'),
      'purser_',
      'purser_prod_x_',
    ];
    for (const credential of wrong) expect(await ask(`Bearer ${credential}`)).toEqual({});
    expect(world.reads).toBe(0);
    await ask(`Bearer ${text}`);
    await ask('Bearer psr_any-other-form');
    expect(world.reads).toBe(2);
  });

  it('ends with the key, however it is remembered', async () => {
    const { world, ask } = authorizer();
    world.known.set('good', { ...KEY, expiresAtMs: 1_000 });
    world.nowMs = 999;
    expect(await ask('Bearer good')).toMatchObject({ expiresAtMs: '1000' });
    world.nowMs = 1_000;
    expect(await ask('Bearer good')).toEqual({});
    world.nowMs = 999;
    await ask('Bearer good');
    world.reachable = false;
    expect(await ask('Bearer good')).toMatchObject(CONTEXT);
    world.nowMs = 1_000;
    expect(await ask('Bearer good')).toEqual({ unverified: 'true' });
  });

  it('ends with a token while its issuer does not answer', async () => {
    const { world, ask } = authorizer();
    world.tokenEndsAtMs = 1_000;
    expect(await ask('Bearer a.b.c')).toMatchObject({ actor: 'ada', expiresAtMs: '1000' });
    world.tokenEndsAtMs = undefined;
    world.nowMs = 999;
    expect(await ask('Bearer a.b.c')).toMatchObject({ actor: 'ada' });
    world.nowMs = 1_000;
    expect(await ask('Bearer a.b.c')).toEqual({ unverified: 'true' });
  });

  it('notes the use of a key once an hour, and lets it pass where that fails', async () => {
    const { world, ask } = authorizer();
    for (const nowMs of [0, 1, HOUR_MS - 1, HOUR_MS, HOUR_MS + 1, 3 * HOUR_MS]) {
      world.nowMs = nowMs;
      expect(await ask('Bearer good')).toMatchObject(CONTEXT);
    }
    expect(world.uses).toEqual([0, HOUR_MS, 3 * HOUR_MS]);
    world.nowMs = 9 * HOUR_MS;
    world.writable = false;
    expect(await ask('Bearer good')).toMatchObject(CONTEXT);
  });

  it('hands over everything that limits a key, and the edge reads it back', async () => {
    const { world, ask } = authorizer();
    const limits = {
      users: [],
      departments: ['research', 'sales'],
      systems: ['relaycore'],
      mayStateCost: false,
      claimLimitUsdPerHour: 7,
      backDateHours: 0,
      severityCeiling: 'medium' as const,
      expiresAtMs: 5_000,
    };
    world.known.set('good', { ...KEY, ...limits });
    const context = await ask('Bearer good');
    const event = httpEvent('GET /v1/usage');
    const seen = { ...event.requestContext, authorizer: { lambda: context } };
    const read = (nowMs: number) => callerOf({ ...event, requestContext: seen }, nowMs);
    expect(read(4_999)).toMatchObject({ ...limits, actor: 'rc', role: 'caller' });
    // The gateway caches the answer for longer than the key is valid.
    expect(read(5_000)).toBeUndefined();
  });
});
