import { expect, test } from 'vitest';
import * as z from 'zod';
import { defineRoute } from '../../contracts/route.ts';
import { endpoint } from '../../lambdas/edge/http-handler.ts';

const route = defineRoute({
  method: 'GET',
  path: '/v1/things',
  summary: 'Things',
  roles: 'public',
  access: { subject: 'none' },
  responses: {
    200: { description: 'Things', schema: z.object({ count: z.int() }) },
    202: { description: 'A file', contentType: 'text/plain' },
  },
});

test('an endpoint compiles only with an answer that its route declares', () => {
  const endpoints = [
    endpoint(route, async () => ({ status: 200, body: { count: 1 } })),
    endpoint(route, async () => ({ status: 202, text: 'things', contentType: 'text/plain' })),
    // @ts-expect-error the route declares no 201
    endpoint(route, async () => ({ status: 201, body: { count: 1 } })),
    // @ts-expect-error the body of 200 has a count
    endpoint(route, async () => ({ status: 200, body: {} })),
    // @ts-expect-error a count is a number
    endpoint(route, async () => ({ status: 200, body: { count: '1' } })),
    // @ts-expect-error the body of 202 is a text
    endpoint(route, async () => ({ status: 202, body: { count: 1 } })),
    // @ts-expect-error the body of 200 is not a text
    endpoint(route, async () => ({ status: 200, text: '1', contentType: 'text/plain' })),
  ];
  expect(new Set(endpoints.map(({ routeKey }) => routeKey))).toEqual(new Set(['GET /v1/things']));
});
