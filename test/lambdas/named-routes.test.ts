import { expect, test } from 'vitest';
import { ROUTES } from '../../contracts/routes.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { namedParts } from '../../lambdas/edge/naming.ts';

test('every route that names principals or a scope has them named in one place', () => {
  const caller: Caller = { organizationId: 'acme', actor: 'key', role: 'admin' };
  const principals = {
    userId: 'Ada',
    departmentId: 'Lab',
    system: 'RC',
    scope: 'user',
    scopeId: 'Ada',
  };
  const declaring = Object.values(ROUTES).filter(
    ({ access }) => access.subject === 'principals' || access.subject === 'scope',
  );
  expect(declaring.length).toBeGreaterThan(20);
  for (const { access, method, path } of declaring) {
    const parts = namedParts(access, caller, {
      params: principals,
      query: principals,
      body: principals,
    });
    const part =
      'in' in access
        ? ({ path: 'params', query: 'query', body: 'body' } as const)[access.in]
        : 'body';
    const named =
      access.subject === 'scope'
        ? { scopeId: 'ada' }
        : { userId: 'ada', departmentId: 'lab', system: 'rc' };
    expect(parts[part], `${method} ${path}`).toMatchObject(named);
  }
});
