import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import { keyRoutes as routes, keyViewOf } from '../../contracts/keys.ts';
import type { KeyManager } from '../../services/access/manage-keys.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

type Deps = Edge & { manager: KeyManager; authorizerCacheSeconds: number };

const HOUR_MS = 3_600_000;

/** API keys: created, listed, rotated and revoked. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    endpoint(routes.createKey, async ({ body, caller, idempotencyKey, nowMs }) => {
      const { expiresAt: expiresAtMs, ...wanted } = body;
      const { key, text } = await deps.manager.create(
        caller,
        { ...wanted, expiresAtMs },
        idempotencyKey,
        nowMs,
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

    endpoint(routes.revokeKey, async ({ params, caller, nowMs }) => {
      const key = await deps.manager.revoke(caller, params.keyId, nowMs);
      const refusedWithinSeconds = deps.authorizerCacheSeconds;
      return { status: 200, body: { ...keyViewOf(key, nowMs), refusedWithinSeconds } };
    }),

    endpoint(routes.rotateKey, async ({ params, body, caller, nowMs }) => {
      const overlapMs = body.overlapHours * HOUR_MS;
      const { key, text } = await deps.manager.rotate(caller, params.keyId, overlapMs, nowMs);
      return { status: 200, body: { ...keyViewOf(key, nowMs), key: text } };
    }),
  ]);
