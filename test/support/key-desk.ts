import { credentialServices, keyServices } from '../../composition/access.ts';
import { stores } from '../../composition/stores.ts';
import { randomBytes } from 'node:crypto';
import type { APIGatewayRequestAuthorizerEventV2 } from 'aws-lambda';
import { expect } from 'vitest';
import { createHandler as createAuthorizer } from '../../lambdas/authorizer/handler.ts';
import { createHandler } from '../../lambdas/keys/handler.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { type Answer, call } from './http-event.ts';
import { silentTelemetry } from './telemetry.ts';

type Asked = NonNullable<Parameters<typeof call>[2]>;
type Made = { keyId: string; key: string; json: Answer['json'] };

let organizations = 0;

/** A new organization's keys, through its admin and the authorizer. */
export function openKeyDesk(db: DynamoDb, startMs = Date.parse('2026-11-21T10:00:00Z')) {
  const clock = { nowMs: startMs };
  const organizationId = `organization-${(organizations += 1)}`;
  const telemetry = silentTelemetry();
  const edge = { telemetry, now: () => clock.nowMs };
  const world = { ...edge, environment: 'dev', randomBytes };
  const { sentKeys, manager } = keyServices(db, world);
  const { keys, settings } = credentialServices(db);
  const { audit } = stores(db, { telemetry });
  const handler = createHandler({ ...edge, manager, authorizerCacheSeconds: 60, sentKeys });
  const authorize = createAuthorizer({ ...edge, keys, settings });

  const ask = (route: string, request: Asked = {}): Promise<Answer> =>
    call(handler, route, { organizationId, ...request });

  async function create(body: object = {}): Promise<Made> {
    const newKey = { name: 'a key', role: 'caller', ...body };
    const { status, json, text } = await ask('POST /v1/keys', { body: newKey });
    expect(status, text).toBe(201);
    return { keyId: String(json['keyId']), key: String(json['key']), json };
  }

  /** The authorizer's context for a key. */
  async function contextOf(key: string): Promise<object> {
    const event = {
      headers: { authorization: `Bearer ${key}` },
      requestContext: { http: { sourceIp: '192.0.2.1' } },
    } as unknown as APIGatewayRequestAuthorizerEventV2;
    return (await authorize(event)).context;
  }

  return {
    clock,
    organizationId,
    telemetry,
    keys,
    audit,
    manager,
    ask,
    create,
    contextOf,
    admin: (): Promise<Made> => create({ role: 'admin' }),
    rotate: (keyId: string, overlapHours: number, request: Asked = {}): Promise<Answer> =>
      ask('POST /v1/keys/{keyId}/rotate', {
        params: { keyId },
        body: { overlapHours },
        ...request,
      }),
    revoke: (keyId: string): Promise<Answer> =>
      ask('DELETE /v1/keys/{keyId}', { params: { keyId } }),
    passes: async (key: string): Promise<boolean> => 'actor' in (await contextOf(key)),
    async listed(): Promise<Record<string, unknown>[]> {
      const { json } = await ask('GET /v1/keys', { role: 'operator' });
      return json['items'] as Record<string, unknown>[];
    },
  };
}
