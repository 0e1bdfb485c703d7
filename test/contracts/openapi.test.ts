import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../contracts/openapi.ts';

const { paths } = openApiDocument();
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
