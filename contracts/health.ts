import * as z from 'zod';
import { defineRoute } from './route.ts';

const serviceStatus = z.enum(['ok', 'unavailable']);

const health = z.object({ status: serviceStatus, environment: z.string() }).meta({ id: 'Health' });

const deepHealth = health
  .extend({
    checks: z.array(z.object({ name: z.string(), status: serviceStatus, latencyMs: z.number() })),
  })
  .meta({ id: 'DeepHealth' });

export const healthRoutes = {
  getHealth: defineRoute({
    method: 'GET',
    path: '/health',
    summary: 'Whether the API runs',
    roles: 'public',
    access: { subject: 'none' },
    responses: { 200: { description: 'It runs', schema: health } },
  }),
  getDeepHealth: defineRoute({
    method: 'GET',
    path: '/health/deep',
    summary: "Whether the API's stores respond and accept writes",
    roles: 'public',
    access: { subject: 'none' },
    responses: {
      200: { description: 'All answer', schema: deepHealth },
      503: { description: 'At least one store does not', schema: deepHealth },
    },
  }),
  getOpenApi: defineRoute({
    method: 'GET',
    path: '/openapi.json',
    summary: 'This documentation as an OpenAPI document',
    roles: 'public',
    access: { subject: 'none' },
    responses: { 200: { description: 'OpenAPI 3.1', contentType: 'application/json' } },
  }),
  getDocs: defineRoute({
    method: 'GET',
    path: '/docs',
    summary: 'This documentation as a page to read',
    roles: 'public',
    access: { subject: 'none' },
    responses: { 200: { description: 'One page without scripts', contentType: 'text/html' } },
  }),
};
