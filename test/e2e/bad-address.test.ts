import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../contracts/cursor.ts';
import type { Route } from '../../contracts/route.ts';
import { BAD_IDS } from '../support/bad-values.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import {
  ALL_ROUTES,
  createRefusals,
  pathOf,
  type RefusedCase,
  routeOf,
  storeSomething,
} from '../support/refused-cases.ts';

let purser: BorrowedPurser;
let refusals: ReturnType<typeof createRefusals>;

beforeAll(async () => {
  purser = await borrowPurser();
  refusals = createRefusals(purser);
  await storeSomething(purser);
});
afterAll(async () => {
  refusals?.raw.close();
  await purser?.giveBack();
});

const paramsOf = ({ path }: Route): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

describe('path parameters', () => {
  it('are refused by name when they are wrong, at every route', async () => {
    const ids = BAD_IDS.filter((text) => text !== '' && text.isWellFormed()).map(
      encodeURIComponent,
    );
    const texts = ids.concat(['%2e%2e', '%2E', '%ff', '%', '%00', '%2f', '%23', '%0d%0a', 'x%ff']);
    const cases = ALL_ROUTES.flatMap(([id, route]) =>
      paramsOf(route).flatMap((name) =>
        [...texts, ...(['scope', 'period'].includes(name) ? ['yearly', 'User', 'toString'] : [])]
          .filter((text) => text.length < 7_000)
          .map((text): RefusedCase => {
            const path = pathOf(route, { [name]: text });
            const status = name === 'id' ? [400, 404] : 400;
            const expected = name === 'id' ? { status } : { status, field: name };
            return {
              label: `${route.method} ${path}`,
              request: refusals.requestOf(id, route, { path }),
              expected,
            };
          }),
      ),
    );
    await refusals.expectRefused(cases);
  });

  it('lead to 404 where there is nothing', async () => {
    const unknown: [string, string][] = [
      ['getReservation', ''],
      ['getReservation', 'not-a-uuid'],
      ['settleReservation', ''],
      ['extendReservation', ''],
      ['voidReservation', ''],
      ['correctReservation', ''],
      ['correctUsage', ''],
      ['getBudget', ''],
      ['deleteBudget', ''],
      ['getRateCard', ''],
    ];
    await refusals.expectRefused(
      unknown.flatMap(([id, text]): RefusedCase[] => {
        const route = routeOf(id);
        const params: Record<string, string> =
          text === '' ? { scopeId: 'nobody', model: 'nothing' } : { id: text };
        const path = pathOf(route, params);
        return [
          {
            label: id,
            request: refusals.requestOf(id, route, { path }),
            expected: { status: 404 },
          },
        ];
      }),
    );
  });
});

describe('query parameters', () => {
  it('are refused by name when they are unknown or wrong', async () => {
    const cases = ALL_ROUTES.filter(([, { roles }]) => roles !== 'public').flatMap(([id, route]) =>
      wrongQueries(route).map(([query, field]): RefusedCase => {
        const path = `${pathOf(route)}?${query}`;
        const label = `${route.method} ${path.slice(0, 200)}`;
        return {
          label,
          request: refusals.requestOf(id, route, { path }),
          expected: { status: 400, field },
        };
      }),
    );
    await refusals.expectRefused(cases);
  });
});

function wrongQueries(route: Route): [query: string, field: string][] {
  const names = Object.keys((route.query as { shape?: object } | undefined)?.shape ?? {});
  const values: Record<string, string[]> = {
    limit: ['0', '-1', '501', '1.5', '1e1', '0x10', '%201', '', 'ten', '%D9%A1', '5&limit=6', '01'],
    cursor: [
      '',
      'x',
      '%00',
      '%ff',
      '..',
      'a'.repeat(3_000),
      encodeCursor('another-list', 'ada') ?? '',
      Buffer.from('p:x').toString('base64url'),
    ],
    from: ['', 'yesterday', '2026-02-30', '1700000000', '2026-11-21T06:30:00', '0001-01-01'],
    to: ['', 'now', '99999-01-01', '-1', '2026-11-21T24:00:01Z'],
    groupBy: ['', 'planet', '__proto__', 'constructor', 'user,model', 'user&groupBy=model'],
    granularity: ['', 'weekly', 'toString'],
    format: ['', 'xml', 'JSON'],
    userId: ['', '%23', 'a%00', 'a%0D%0A', '%27%20OR%201=1--'],
    model: ['', '..%2F', '%F0%9F%98%80'],
  };
  return [
    ['unknown=1', 'unknown'],
    ['__proto__=1', '__proto__'],
    ['constructor=1', 'constructor'],
    ['Limit=1', 'Limit'],
    ...names.flatMap((name) =>
      (values[name] ?? ['']).map((value): [string, string] => [`${name}=${value}`, name]),
    ),
  ];
}

describe('methods and paths that nobody serves', () => {
  it('answers 405 and names the methods that a path takes', async () => {
    const paths = Map.groupBy(ALL_ROUTES, ([, { path }]) => path);
    const cases = [...paths.values()].flatMap((served) => {
      const methods = new Set(served.map(([, { method }]) => method as string));
      const [first] = served;
      return ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'PURGE']
        .filter((method) => first && !methods.has(method))
        .map((method): RefusedCase => ({
          label: `${method} ${first?.[1].path}`,
          request: { method, path: first ? pathOf(first[1]) : '/', headers: {} },
          expected: { status: 405 },
        }));
    });
    await refusals.expectRefused(cases);
    const answer = await refusals.raw.send({ method: 'POST', path: '/v1/budgets/user/ada/daily' });
    expect(answer.headers['allow']?.toString().split(', ').toSorted()).toEqual([
      'DELETE',
      'GET',
      'PATCH',
      'PUT',
    ]);
  });

  it('answers 404 elsewhere', async () => {
    const paths = [
      ['/', '//', '/v1', '/v1/', '/v2/budgets', '/v1/budgets/', '/v1//budgets', '/V1/budgets'],
      ['/v1/budgets/user/ada', '/v1/budgets/user//daily', '/v1/budgets/user/ada/daily/x'],
      ['/__proto__', '/constructor', '/v1/toString', '/%2e%2e/%2e%2e/etc/passwd', '/$default'],
      ['/v1/reservations/', '/v1/reservations/a/b/c', '/.env', `/${'x'.repeat(8_000)}`, '/%ff'],
    ].flat();
    await refusals.expectRefused(
      paths.map((path) => ({
        label: path.slice(0, 60),
        request: { method: 'GET', path, headers: { authorization: `Bearer ${purser.key}` } },
        expected: { status: 404 },
      })),
    );
  });
});
