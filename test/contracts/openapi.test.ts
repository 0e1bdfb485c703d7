import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../contracts/openapi.ts';
import { ROUTES } from '../../contracts/routes.ts';

const document = openApiDocument();
const { paths } = document;
const contentOf = (path: string, method: 'get' | 'post' | 'put', status: string) => {
  const response = paths?.[path]?.[method]?.responses?.[status];
  return response && 'content' in response ? Object.keys(response.content ?? {}) : undefined;
};
const PROBLEM = ['application/problem+json'];

describe('the OpenAPI document', () => {
  test('declares what is not found, what conflicts, and what cannot be read', () => {
    expect(contentOf('/v1/recommendations/{id}/accept', 'post', '404')).toEqual(PROBLEM);
    expect(contentOf('/v1/reports/exports', 'post', '409')).toEqual(PROBLEM);
    expect(contentOf('/v1/reports/tags', 'put', '413')).toEqual(PROBLEM);
    expect(contentOf('/v1/reports/tags', 'put', '415')).toEqual(PROBLEM);
    expect(contentOf('/v1/reports/tags', 'get', '415')).toBeUndefined();
  });

  test('leaves no answer undeclared', () => {
    for (const operations of Object.values(paths ?? {})) {
      for (const operation of Object.values(operations ?? {})) {
        expect(Object.keys((operation as { responses: object }).responses)).toContain('default');
      }
    }
  });

  test('names the formats of reports', () => {
    for (const path of ['/v1/reports/costs', '/v1/reports/chargeback']) {
      expect(contentOf(path, 'get', '200')).toEqual(['application/json', 'text/csv']);
    }
  });
});

describe('the OpenAPI document describes', () => {
  test('itself, where it is served, and how to sign in', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: {
        title: 'Purser',
        version: '1.0.0',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        contact: { name: 'Purser', url: 'https://purser.dev' },
      },
      servers: [
        { url: 'https://{host}', variables: { host: { default: 'api.purser.dev' } } },
        { url: 'http://127.0.0.1:3000' },
      ],
      security: [{ bearer: [] }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    });
    expect(document.info.description).toContain('Money is decimal USD as text');
    expect(document.tags?.map(({ name }) => name)).toEqual([
      'Predictions',
      'Reservations',
      'Budgets',
      'Usage',
      'Reports',
      'Analytics',
      'Advice',
      'Performance',
      'Prompts',
      'Controls',
      'Jobs',
      'Alerts',
      'Routing',
      'Catalog',
      'Agents',
      'Administration',
      'Service',
      'Gateway',
    ]);
  });

  type Operation = {
    tags?: string[];
    summary?: string;
    description?: string;
    security?: object[];
    parameters?: { in: string; name: string; schema: object; required?: boolean }[];
    requestBody?: { required: boolean; content: Record<string, { example?: unknown }> };
    responses: Record<string, object>;
  };

  test.each(Object.entries(ROUTES))('what %s takes, and who may call it', (operationId, route) => {
    const item = paths?.[route.path] as Record<string, Operation & { operationId: string }>;
    const operation = item[route.method.toLowerCase()];
    expect(operation).toMatchObject({ operationId, summary: route.summary });
    expect(operation?.tags).toHaveLength(1);
    const isPublic = route.roles === 'public';
    expect(operation?.security).toEqual(isPublic ? [] : undefined);
    expect(operation?.description).toContain(isPublic ? 'Open to everyone' : 'Roles: ');
    expect(operation?.responses['429']).toBeDefined();
    const parametersIn = (place: string): string[] =>
      (operation?.parameters ?? []).filter((each) => each.in === place).map(({ name }) => name);
    const namesOf = (schema: unknown): string[] =>
      Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});
    expect(parametersIn('path')).toEqual(namesOf(route.params));
    expect(parametersIn('query')).toEqual(namesOf(route.query));
    expect(parametersIn('header')).toEqual(route.idempotencyKey ? ['Idempotency-Key'] : []);
    const { required, content = {} } = operation?.requestBody ?? {};
    expect(required).toBe(route.body ? !route.isBodyOptional : undefined);
    expect(Object.keys(content)).toEqual(route.body ? ['application/json'] : []);
    if (route.body) expect(content['application/json']?.example).toBeDefined();
  });

  test('the header that makes a repeated write safe', () => {
    const operation = paths?.['/v1/reservations']?.post as Operation | undefined;
    expect(operation?.parameters?.find(({ name }) => name === 'Idempotency-Key')).toMatchObject({
      in: 'header',
      schema: { type: 'string', maxLength: 255 },
    });
  });
});
