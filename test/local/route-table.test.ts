import { describe, expect, it } from 'vitest';
import { createRouteTable } from '../../local/http/route-table.ts';

const keys = [
  'GET /pets',
  'GET /pets/{id}',
  'GET /pets/dog/1',
  'GET /pets/{id}/toys/{toy}',
  'ANY /pets/{proxy+}',
  'POST /{proxy+}',
  'ANY /any',
  'GET /any',
  '$default',
];

describe('routes of an HTTP API', () => {
  const match = createRouteTable(keys.map((key) => ({ key, target: key })));

  it.each<[string, string, string, Record<string, string> | undefined]>([
    ['GET', '/pets', 'GET /pets', undefined],
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', undefined],
    ['GET', '/pets/6', 'GET /pets/{id}', { id: '6' }],
    ['GET', '/pets/a%20b%2Fc', 'GET /pets/{id}', { id: 'a b/c' }],
    ['GET', '/pets/100%', 'GET /pets/{id}', { id: '100%' }],
    ['GET', '/pets/1/toys/2', 'GET /pets/{id}/toys/{toy}', { id: '1', toy: '2' }],
    ['GET', '/pets/1/2', 'ANY /pets/{proxy+}', { proxy: '1/2' }],
    ['PUT', '/pets/1', 'ANY /pets/{proxy+}', { proxy: '1' }],
    ['POST', '/some/where', 'POST /{proxy+}', { proxy: 'some/where' }],
    ['GET', '/any', 'GET /any', undefined],
    ['PUT', '/any', 'ANY /any', undefined],
    ['GET', '/pets/', '$default', undefined],
    ['GET', '/other', '$default', undefined],
  ])('%s %s leads to %s', (method, path, key, parameters) => {
    const result = match(method, path);
    expect(result?.route.target).toBe(key);
    expect(result?.pathParameters).toEqual(parameters);
  });

  it('finds nothing without a default route', () => {
    expect(createRouteTable([{ key: 'GET /a', target: 1 }])('GET', '/b')).toBeUndefined();
  });
});
