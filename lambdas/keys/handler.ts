import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import { keyRoutes as routes, keyViewOf } from '../../contracts/keys.ts';
import type { KeyManager } from '../../services/access/manage-keys.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

type Deps = Edge & { manager: KeyManager; authorizerCacheSeconds: number };

const HOUR_MS = 3_600_000;

/** Creates, lists, rotates and revokes API keys. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    endpoint(routes.createKey, async ({ body, idempotencyKey, nowMs, call }) => {
      const { expiresAt: expiresAtMs, ...allowance } = body;
      const { key, text } = await deps.manager.create(
        call,
        { ...allowance, expiresAtMs },
        idempotencyKey,
      );
      return { status: 201, body: { ...keyViewOf(key, nowMs), key: text } };
    }),

    endpoint(routes.listKeys, async ({ query, caller, nowMs }) => {
      const page = { limit: query.limit, after: decodeCursor('keys', query.cursor) };
      const { items, next } = await deps.manager.list(caller.organizationId, page);
      return {
        status: 200,
        body: {
          items: items.map(({ key, lastUsedAtMs }) => ({
            ...keyViewOf(key, nowMs),
            ...(lastUsedAtMs === undefined
              ? {}
              : { lastUsedAt: new Date(lastUsedAtMs).toISOString() }),
          })),
          nextCursor: encodeCursor('keys', next),
        },
      };
    }),

    endpoint(routes.revokeKey, async ({ params, nowMs, call }) => {
      const key = await deps.manager.revoke(call, params.keyId);
      const refusedWithinSeconds = deps.authorizerCacheSeconds;
      return { status: 200, body: { ...keyViewOf(key, nowMs), refusedWithinSeconds } };
    }),

    endpoint(routes.rotateKey, async ({ params, body, nowMs, call }) => {
      const overlapMs = body.overlapHours * HOUR_MS;
      const { key, text } = await deps.manager.rotate(call, params.keyId, overlapMs);
      return { status: 200, body: { ...keyViewOf(key, nowMs), key: text } };
    }),
  ]);
