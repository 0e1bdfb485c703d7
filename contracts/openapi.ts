import * as z from 'zod';
import { createDocument, type ZodOpenApiOperationObject } from 'zod-openapi';
import { limitedText } from '../domain/access/policy.ts';
import { problem } from './problem.ts';
import type { Route } from './route.ts';
import { ROUTES } from './routes.ts';

const VERSION = '1.0.0';

/** The OpenAPI 3.1 document of every route, from the schemas that validate at run time. */
export function openApiDocument() {
  const byPath = Map.groupBy(Object.entries(ROUTES), ([, { path }]) => path);
  const paths = Object.fromEntries(
    [...byPath].map(([path, routes]) => [path, Object.fromEntries(routes.map(operationEntry))]),
  );
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Purser',
      version: VERSION,
      description:
        'Predicts, reserves, settles and explains what AI requests cost. Money is decimal USD as text; errors are RFC 9457 problems that name the field.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ bearer: [] }],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'API key or JWT' },
      },
    },
    paths,
  });
}

const operationEntry = ([operationId, route]: [string, Route]) =>
  [route.method.toLowerCase(), operationOf(operationId, route)] as const;

function operationOf(operationId: string, route: Route): ZodOpenApiOperationObject {
  const headers = route.idempotencyKey
    ? z.object({ 'Idempotency-Key': z.string().max(255).optional() })
    : undefined;
  return {
    operationId,
    summary: route.summary,
    ...(route.roles === 'public' ? { security: [] } : { description: accessTextOf(route) }),
    requestParams: {
      ...(route.params ? { path: route.params as z.ZodObject } : {}),
      ...(route.query ? { query: route.query as z.ZodObject } : {}),
      ...(headers ? { header: headers } : {}),
    },
    ...(route.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(route.responses).map(([status, response]) => [
          status,
          { description: response.description, content: contentOf(response) },
        ]),
      ),
      ...Object.fromEntries(
        problemsOf(route)
          .filter((status) => !(Number(status) in route.responses))
          .map((status) => [
            status,
            {
              description: 'A problem',
              content: { 'application/problem+json': { schema: problem } },
            },
          ]),
      ),
    },
  };
}

const contentOf = ({ schema, contentType, alsoAs }: Route['responses'][number]) => ({
  [contentType ?? 'application/json']: { schema: schema ?? z.unknown() },
  ...(alsoAs === undefined ? {} : { [alsoAs]: { schema: z.string() } }),
});

/** Statuses of problems that such a route has, and `default` for the rarer ones. */
const problemsOf = (route: Route): string[] =>
  route.roles === 'public'
    ? ['500', 'default']
    : [
        '400',
        '401',
        '403',
        '429',
        '500',
        '503',
        'default',
        ...(route.params ? ['404'] : []),
        ...(route.idempotencyKey ? ['409'] : []),
        ...(route.body ? ['413', '415'] : []),
      ];

const accessTextOf = ({ roles, access }: Route): string => {
  const named = roles === 'public' ? roles : roles.join(', ');
  return `Roles: ${named}. A key limited to users, departments or systems ${limitedText(access)}.`;
};
