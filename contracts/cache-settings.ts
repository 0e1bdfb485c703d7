import * as z from 'zod';
import {
  type CachedRoute,
  DEFAULT_LIFE_SECONDS,
  MOST_LIFE_SECONDS,
} from '../domain/caching/cache-wish.ts';
import { identifier } from './fields.ts';
import { defineRoute } from './route.ts';

const MOST_ROUTES = 50;

const cachedRoute = z.strictObject({
  system: identifier,
  operation: identifier.optional().meta({ description: 'Absent: every operation of the system' }),
  maxAgeSeconds: z
    .int()
    .min(1, `must be from 1 to ${MOST_LIFE_SECONDS}`)
    .max(MOST_LIFE_SECONDS, `must be from 1 to ${MOST_LIFE_SECONDS}`)
    .default(DEFAULT_LIFE_SECONDS)
    .meta({ description: 'How long an answer is given again' }),
  withoutTemperature: z.boolean().default(false).meta({
    description:
      'true: also requests that state no temperature, whose answers would differ each time. Otherwise only those with temperature 0',
  }),
});

const cacheSettings = z
  .strictObject({
    routes: z
      .array(cachedRoute)
      .max(MOST_ROUTES, `must have at most ${MOST_ROUTES} routes`)
      .refine(
        (routes) =>
          new Set(routes.map(({ system, operation }) => JSON.stringify([system, operation])))
            .size === routes.length,
        'must not repeat a route',
      )
      .meta({
        description:
          'Calls through the gateway that are answered from the cache without asking for it. The header x-purser-cache of a call goes first',
      }),
  })
  .meta({ id: 'CacheSettings' });

export const cacheSettingsRoutes = {
  getCacheSettings: defineRoute({
    method: 'GET',
    path: '/v1/settings/cache',
    summary: 'Which routes are answered from the cache',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'none' },
    responses: { 200: { description: 'The setting in force', schema: cacheSettings } },
  }),
  putCacheSettings: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/settings/cache',
    summary: 'Choose which routes are answered from the cache; none until you do',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    body: cacheSettings,
    responses: { 200: { description: 'The setting now in force', schema: cacheSettings } },
  }),
};

type View = z.output<typeof cacheSettings>;

/** The API's view of cached routes. */
export const cacheSettingsViewOf = (routes: readonly CachedRoute[]): View => ({
  routes: routes.map(({ system, operation, lifeSeconds, takesDefaultTemperature }) => ({
    system,
    ...(operation === undefined ? {} : { operation }),
    maxAgeSeconds: lifeSeconds ?? DEFAULT_LIFE_SECONDS,
    withoutTemperature: takesDefaultTemperature ?? false,
  })),
});

/** The routes of a request. */
export const cachedRoutesOf = ({ routes }: View): CachedRoute[] =>
  routes.map(({ maxAgeSeconds, withoutTemperature, ...route }) => ({
    ...route,
    lifeSeconds: maxAgeSeconds,
    takesDefaultTemperature: withoutTemperature,
  }));
