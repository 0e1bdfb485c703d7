import * as z from 'zod';
import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject } from 'zod-openapi';
import { limitedText } from '../domain/access/policy.ts';
import examples from './openapi-examples.json' with { type: 'json' };
import { portablePattern } from './portable-pattern.ts';
import { PROBLEM_SCHEMAS, problemsOf } from './problem-details.ts';
import { problem, PROBLEMS, type ProblemType } from './problem.ts';
import type { ResponseContract, Route } from './route.ts';
import { GATEWAY_ROUTES, GATEWAY_TAG, gatewayOperation } from './gateway.ts';
import { ROOMS } from './routes.ts';

const VERSION = '1.0.0';

/** An operation's request and response, as a test sends and receives them. */
export type Example = {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  status: number;
  answer: unknown;
};

export const EXAMPLES = new Map<string, Example>(Object.entries(examples));

/** The OpenAPI 3.1 document of every route, built from the schemas that validate at run time. */
export function openApiDocument() {
  const operations = ROOMS.flatMap(({ name, routes }) =>
    Object.entries(routes).map(([operationId, route]) => ({ tag: name, operationId, route })),
  );
  const byPath = Map.groupBy(operations, ({ route }) => route.path);
  const paths = Object.fromEntries(
    [...byPath].map(([path, all]) => [
      path,
      Object.fromEntries(
        all.map((operation) => [operation.route.method.toLowerCase(), operationOf(operation)]),
      ),
    ]),
  );
  const document: ZodOpenApiObject = {
    openapi: '3.1.0',
    info: {
      title: 'Purser',
      version: VERSION,
      description:
        'Predicts, reserves, settles and explains what AI requests cost. Money is decimal USD as text; errors are RFC 9457 problems that name the field.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      contact: { name: 'Purser', url: 'https://purser.dev' },
    },
    servers: [
      {
        url: 'https://{host}',
        description: 'A deployment; the deploy command prints its address',
        variables: { host: { default: 'api.purser.dev' } },
      },
      { url: 'http://127.0.0.1:3000', description: 'The local run (`npm start`)' },
    ],
    tags: [...ROOMS.map(({ name, description }) => ({ name, description })), GATEWAY_TAG],
    security: [{ bearer: [] }],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'API key or JWT' },
        apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'API key' },
      },
    },
    paths: { ...paths, ...gatewayPaths() },
  };
  return createDocument(document, { override: ({ jsonSchema }) => makePortable(jsonSchema) });
}

const gatewayPaths = (): NonNullable<ZodOpenApiObject['paths']> =>
  Object.fromEntries(
    Object.entries(GATEWAY_ROUTES).map(([operationId, route]) => [
      route.path,
      { [route.method.toLowerCase()]: gatewayOperation(operationId, route) },
    ]),
  );

function makePortable(schema: { pattern?: string | undefined }): void {
  if (schema.pattern !== undefined) schema.pattern = portablePattern(schema.pattern);
}

type Operation = { tag: string; operationId: string; route: Route };

function operationOf({ tag, operationId, route }: Operation): ZodOpenApiOperationObject {
  const example = EXAMPLES.get(operationId);
  const headers = route.idempotencyKey
    ? z.object({ 'Idempotency-Key': z.string().max(255).optional() })
    : undefined;
  return {
    operationId,
    tags: [tag],
    summary: route.summary,
    description: accessTextOf(route),
    ...(route.roles === 'public' ? { security: [] } : {}),
    requestParams: {
      ...(route.params ? { path: route.params as z.ZodObject } : {}),
      ...(route.query ? { query: route.query as z.ZodObject } : {}),
      ...(headers ? { header: headers } : {}),
    },
    ...(route.body
      ? {
          requestBody: {
            required: !route.isBodyOptional,
            content: { 'application/json': { schema: route.body, ...exampleOf(example?.body) } },
          },
        }
      : {}),
    responses: {
      ...merged(answersOf(route, example), refusalsOf(route)),
      ...(route.roles === 'public' ? { '429': GATEWAY_BUSY } : {}),
      default: OTHER,
    },
  };
}

type Described = { description: string; content: Record<string, { schema: z.ZodType }> };

/** Answers and problems by status. A status can have both, under different media types. */
function merged(
  answers: Record<string, Described>,
  problems: Record<string, Described>,
): Record<string, Described> {
  const byStatus = Map.groupBy(
    [...Object.entries(answers), ...Object.entries(problems)],
    ([status]) => status,
  );
  return Object.fromEntries(
    [...byStatus].map(([status, all]) => [
      status,
      {
        description: all.map(([, { description }]) => description).join('; '),
        content: Object.assign({}, ...all.map(([, { content }]) => content)),
      },
    ]),
  );
}

const answersOf = (route: Route, example: Example | undefined): Record<string, Described> =>
  Object.fromEntries(
    Object.entries(route.responses).map(([status, response]) => [
      status,
      {
        description: response.description,
        content: contentOf(
          response,
          Number(status) === example?.status ? example.answer : undefined,
        ),
      },
    ]),
  );

/** Leaves the member out if there is no example, because `undefined` would count as one. */
const exampleOf = (example: unknown) => (example === undefined ? {} : { example });

const contentOf = ({ schema, contentType, alsoAs = [] }: ResponseContract, example: unknown) => ({
  [contentType ?? 'application/json']: { schema: schema ?? z.unknown(), ...exampleOf(example) },
  ...Object.fromEntries(alsoAs.map((type) => [type, { schema: z.string() }])),
});

/** An operation's problems, by status. */
function refusalsOf(route: Route): Record<string, Described> {
  const byStatus = Map.groupBy(problemsOf(route), (type) => PROBLEMS[type].status);
  return Object.fromEntries([...byStatus].map(([status, types]) => [status, refusalOf(types)]));
}

const refusalOf = (types: readonly ProblemType[]) => ({
  description: types.map((type) => `\`${type}\`: ${PROBLEMS[type].title}`).join('; '),
  content: { 'application/problem+json': { schema: oneOf(types) } },
});

function oneOf(types: readonly ProblemType[]): z.ZodType {
  const [first = problem, second, ...others] = types.flatMap(
    (type) => PROBLEM_SCHEMAS.get(type) ?? [],
  );
  return second ? z.union([first, second, ...others]) : first;
}

/** The gateway, not the API, limits requests without credentials. */
const GATEWAY_BUSY = {
  description: 'The gateway takes no more requests now: retry later',
  content: { 'application/json': { schema: z.object({ message: z.string() }) } },
};

/** Responses from the gateway before a request reaches the API, such as 404 for an unknown path. */
const OTHER = {
  description: 'Another problem',
  content: { 'application/problem+json': { schema: problem } },
};

const accessTextOf = ({ roles, access }: Route): string =>
  roles === 'public'
    ? 'Open to everyone, without credentials.'
    : `Roles: ${roles.join(', ')}. A key limited to users, departments or systems ${limitedText(access)}.`;
