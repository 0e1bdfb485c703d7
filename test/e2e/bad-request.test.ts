import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeCursor } from '../../contracts/cursor.ts';
import type { Route } from '../../contracts/route.ts';
import { ROUTES } from '../../contracts/routes.ts';
import { mapConcurrently } from '../../services/map-concurrently.ts';
import { BAD_IDS } from '../support/bad-values.ts';
import { type LocalPurser, startPurser } from '../support/local-purser.ts';
import { createRawClient, type RawClient, type RawRequest } from '../support/raw-request.ts';
import { tableLines } from '../support/table-lines.ts';
import { SONNET, validBodies } from '../support/valid-bodies.ts';

/** What an answer has to be; `field` is among its `errors`, `gateway` means not a problem of ours. */
type Expected = { status: number | number[]; field?: string; gateway?: true };
type Case = { label: string; request: RawRequest; expected: Expected };

const KIB = 1_024;
const MIB = KIB * KIB;
const EXAMPLES = validBodies();
const GOOD: Record<string, string> = {
  scope: 'user',
  scopeId: 'ada',
  period: 'daily',
  model: 'negotiated-model',
  id: '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a44',
};

let purser: LocalPurser;
let raw: RawClient;

beforeAll(async () => {
  purser = await startPurser();
  raw = createRawClient(purser.url);
  await purser.put('/v1/budgets/user/ada/daily', { limitUsd: '25' });
  await purser.post('/v1/reservations', EXAMPLES['createReservation']?.[0]?.body);
});
afterAll(async () => {
  raw?.close();
  await purser?.stop();
});

const routes = Object.entries(ROUTES);
const bodyOf = (id: string): string => JSON.stringify(EXAMPLES[id]?.[0]?.body);
const pathOf = ({ path }: Route, params: Record<string, string> = {}): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => params[name] ?? GOOD[name] ?? '');
const paramsOf = ({ path }: Route): string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

function requestOf(id: string, route: Route, change: Partial<RawRequest> = {}): RawRequest {
  return {
    method: route.method,
    path: pathOf(route),
    body: route.body ? bodyOf(id) : undefined,
    ...change,
    headers: {
      authorization: `Bearer ${purser.key}`,
      ...(route.body ? { 'content-type': 'application/json' } : {}),
      ...change.headers,
    },
  };
}

/** Sends every case and lists the answers that are not as expected; nothing may be written. */
async function expectRefused(cases: Case[]): Promise<void> {
  expect(cases).not.toEqual([]);
  await purser.drain();
  const before = await tableLines(purser.store());
  const faults = await mapConcurrently(cases, 16, async ({ label, request, expected }) => {
    const answer = await raw.send(request);
    const fault = (what: unknown): string => `${label}: ${String(what)}`;
    if (![expected.status].flat().includes(answer.status)) {
      return fault(`${answer.status} ${answer.text.slice(0, 300)}`);
    }
    if (expected.gateway || request.method === 'HEAD') return [];
    if (!answer.contentType.startsWith('application/problem+json'))
      return fault(answer.contentType);
    const { errors = [] } = JSON.parse(answer.text) as { errors?: { field: string }[] };
    const given = errors.map(({ field }) => field);
    return expected.field === undefined || given.includes(expected.field)
      ? []
      : fault(`named ${given.join(', ')}`);
  });
  expect(faults.flat()).toEqual([]);
  await purser.drain();
  expect(await tableLines(purser.store())).toEqual(before);
}

const BODY: Expected = { status: 400, field: 'body' };
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

describe('bodies that do not arrive as JSON', () => {
  it('are refused at every route by what is wrong with them', async () => {
    const cases = routes
      .filter(([, { body }]) => body)
      .flatMap(([id, route]): Case[] => {
        const text = bodyOf(id);
        const typed = (type: string): Partial<RawRequest> => ({
          headers: { 'content-type': type },
        });
        const padded = (bytes: number): string =>
          text + ' '.repeat(bytes - Buffer.byteLength(text));
        const limit = route.maxBodyBytes ?? 64 * KIB;
        const wrong: [string, Partial<RawRequest>, Expected][] = [
          ['text/plain', typed('text/plain'), { status: 415 }],
          ['a form', typed('application/x-www-form-urlencoded'), { status: 415 }],
          ['no content type', typed(''), { status: 415 }],
          ['a content type of commas', typed(',,;='), { status: 415 }],
          ['an empty body', { body: '' }, BODY],
          ['blanks', { body: ' \n' }, BODY],
          ['a byte order mark', { body: Buffer.concat([BOM, Buffer.from(text)]) }, BODY],
          ['UTF-16', { body: Buffer.from(`\ufeff${text}`, 'utf16le') }, BODY],
          ['UTF-16 as such', { body: Buffer.from(text, 'utf16le') }, BODY],
          ['bytes that are no UTF-8', { body: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }, BODY],
          ['half of it', { body: text.slice(0, text.length / 2) }, BODY],
          ['two of it', { body: text + text }, BODY],
          [
            'gzip',
            { body: gzipSync(text), headers: { 'content-encoding': 'gzip' } },
            { status: 415 },
          ],
          ['one byte too many', { body: padded(limit + 1) }, { status: 413 }],
          ['6 MB', { body: padded(6_000_000) }, { status: 413 }],
          [
            'announced as 11 MiB',
            { body: '{', headers: { 'content-length': String(11 * MIB) } },
            { status: 413, gateway: true },
          ],
        ];
        return wrong.map(([label, change, expected]) => ({
          label: `${id} ${label}`,
          request: requestOf(id, route, change),
          expected,
        }));
      });
    await expectRefused(cases);
  });

  it('answers a small problem to a body with very many faults', async () => {
    const many = (item: string, around: (list: string) => string): string =>
      around(Array(200_000).fill(item).join(','));
    const named = Array.from({ length: 60_000 }, (_, at) => `"f${at}":1`).join(',');
    for (const body of [
      many('1', (list) => `{"system":"a","userId":"b","messages":[${list}]}`),
      many('{}', (list) => `{"system":"a","userId":"b","messages":[${list}]}`),
      `{"system":"a","userId":"b","tags":{${named}}}`,
      `{${named}}`,
    ]) {
      const answer = await raw.send(requestOf('createReservation', reservationRoute(), { body }));
      expect(answer.status).toBe(400);
      expect(answer.text.length).toBeLessThan(10_000);
    }
  });
});

const reservationRoute = (): Route => {
  const route = ROUTES['createReservation'];
  if (!route) throw new Error('there is no route that reserves');
  return route;
};

describe('path parameters', () => {
  it('are refused by name when they are wrong, at every route', async () => {
    const texts = [
      ...BAD_IDS.filter((text) => text !== '' && text.isWellFormed()).map(encodeURIComponent),
      ...['%2e%2e', '%2E', '%ff', '%', '%00', '%2f', '%23', '%0d%0a', 'x%ff'],
    ];
    const cases = routes.flatMap(([id, route]) =>
      paramsOf(route).flatMap((name) =>
        [...texts, ...(['scope', 'period'].includes(name) ? ['weekly', 'User', 'toString'] : [])]
          .filter((text) => text.length < 7_000)
          .map((text): Case => {
            const path = pathOf(route, { [name]: text });
            const status = name === 'id' ? [400, 404] : 400;
            const expected = name === 'id' ? { status } : { status, field: name };
            return {
              label: `${route.method} ${path}`,
              request: requestOf(id, route, { path }),
              expected,
            };
          }),
      ),
    );
    await expectRefused(cases);
  });

  it('lead to 404 where there is nothing', async () => {
    const unknown: [string, string][] = [
      ['getReservation', ''],
      ['getReservation', 'not-a-uuid'],
      ['settleReservation', ''],
      ['voidReservation', ''],
      ['getBudget', ''],
      ['deleteBudget', ''],
      ['getRateCard', ''],
    ];
    await expectRefused(
      unknown.flatMap(([id, text]): Case[] => {
        const route = ROUTES[id];
        if (!route) throw new Error(`there is no route ${id}`);
        const params: Record<string, string> =
          text === '' ? { scopeId: 'nobody', model: 'nothing' } : { id: text };
        const path = pathOf(route, params);
        return [{ label: id, request: requestOf(id, route, { path }), expected: { status: 404 } }];
      }),
    );
  });
});

describe('query parameters', () => {
  it('are refused by name when they are unknown or wrong', async () => {
    const cases = routes
      .filter(([, { roles }]) => roles !== 'public')
      .flatMap(([id, route]) =>
        wrongQueries(route).map(([query, field]): Case => {
          const path = `${pathOf(route)}?${query}`;
          const label = `${route.method} ${path.slice(0, 200)}`;
          return {
            label,
            request: requestOf(id, route, { path }),
            expected: { status: 400, field },
          };
        }),
      );
    await expectRefused(cases);
  });
});

function wrongQueries(route: Route): [query: string, field: string][] {
  const known = Object.keys((route.query as { shape?: object } | undefined)?.shape ?? {});
  const values: Record<string, string[]> = {
    limit: ['0', '-1', '501', '1.5', '1e1', '0x10', '%201', '', 'ten', '%D9%A1', '5&limit=6', '01'],
    cursor: [
      ...['', 'x', '%00', '%ff', '..', 'a'.repeat(3_000)],
      ...[encodeCursor('another-list', 'ada'), Buffer.from('p:x').toString('base64url')].map(
        String,
      ),
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
    ...known.flatMap((name) =>
      (values[name] ?? ['']).map((value): [string, string] => [`${name}=${value}`, name]),
    ),
  ];
}

describe('headers', () => {
  const predicted = (headers: Record<string, string>): RawRequest =>
    requestOf('createReservation', reservationRoute(), { headers });

  it('refuse an Idempotency-Key that cannot be one', async () => {
    const keys = [
      '',
      ' ',
      'a b',
      'a\tb',
      'k'.repeat(256),
      'k'.repeat(4_000),
      'schl\u00fcssel',
      '\u00a0',
    ];
    await expectRefused(
      keys.map((key) => ({
        label: JSON.stringify(key.slice(0, 20)),
        request: predicted({ 'idempotency-key': key }),
        expected: { status: 400, field: 'Idempotency-Key' },
      })),
    );
  });

  it('refuse credentials that are none', async () => {
    const key = purser.key;
    const wrong = [
      ...['Bearer', 'Bearer ', `Basic ${key}`, key, `Bearer ${key} `.repeat(2), `Bearer  ${key}`],
      ...[`Bearer ${key}x`, `Bearer ${key.slice(0, -1)}`, `Bearer ${key.toUpperCase()}`],
      ...['Bearer a.b.c', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.', 'Bearer null'],
      ...[`Bearer ${'x'.repeat(4_097)}`, `Bearer ${'x'.repeat(12_000)}`, "Bearer ' OR 1=1--"],
      ...['Bearer __proto__', 'Bearer constructor', 'Bearer schl\u00fcssel', `bearer,${key}`],
    ];
    const cases = routes
      .filter(([, { roles }]) => roles !== 'public')
      .flatMap(([id, route]) =>
        wrong.map((authorization): Case => ({
          label: `${id} ${authorization.slice(0, 40)}`,
          request: requestOf(id, route, { headers: { authorization } }),
          expected: { status: 401 },
        })),
      );
    await expectRefused(cases);
  });

  it('refuse to be without credentials, and leave that to the gateway', async () => {
    const cases = routes
      .filter(([, { roles }]) => roles !== 'public')
      .flatMap(([id, route]) => {
        const { headers: _, ...bare } = requestOf(id, route);
        return [bare, { ...bare, headers: { authorization: '' } }].map((request): Case => ({
          label: id,
          request,
          expected: { status: 401, gateway: true },
        }));
      });
    await expectRefused(cases);
  });
});

describe('methods and paths that nobody serves', () => {
  it('answers 405 and names the methods that a path takes', async () => {
    const paths = Map.groupBy(routes, ([, { path }]) => path);
    const cases = [...paths.values()].flatMap((served) => {
      const taken = new Set(served.map(([, { method }]) => method as string));
      const [first] = served;
      return ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'PURGE']
        .filter((method) => first && !taken.has(method))
        .map((method): Case => ({
          label: `${method} ${first?.[1].path}`,
          request: { method, path: first ? pathOf(first[1]) : '/', headers: {} },
          expected: { status: 405 },
        }));
    });
    await expectRefused(cases);
    const answer = await raw.send({ method: 'PATCH', path: '/v1/budgets/user/ada/daily' });
    expect(answer.headers['allow']?.toString().split(', ').toSorted()).toEqual([
      'DELETE',
      'GET',
      'PUT',
    ]);
  });

  it('answers 404 elsewhere', async () => {
    const paths = [
      ...['/', '//', '/v1', '/v1/', '/v2/budgets', '/v1/budgets/', '/v1//budgets', '/V1/budgets'],
      ...['/v1/budgets/user/ada', '/v1/budgets/user//daily', '/v1/budgets/user/ada/daily/x'],
      ...['/__proto__', '/constructor', '/v1/toString', '/%2e%2e/%2e%2e/etc/passwd', '/$default'],
      ...['/v1/reservations/', '/v1/reservations/a/b/c', '/.env', `/${'x'.repeat(8_000)}`, '/%ff'],
    ];
    await expectRefused(
      paths.map((path) => ({
        label: path.slice(0, 60),
        request: { method: 'GET', path, headers: { authorization: `Bearer ${purser.key}` } },
        expected: { status: 404 },
      })),
    );
  });
});

describe('a route without a body', () => {
  it('refuses what it would not read', async () => {
    const cases = routes
      .filter(([, { body, method }]) => !body && method !== 'GET')
      .map(([id, route]): Case => ({
        label: id,
        request: requestOf(id, route, {
          body: '{"amountUsd":"1"}',
          headers: { 'content-type': 'application/json' },
        }),
        expected: { status: 400, field: 'amountUsd' },
      }));
    await expectRefused(cases);
  });

  it('takes an empty object', async () => {
    const { body } = await purser.post('/v1/reservations', {
      ...{ system: 'relaycore', userId: 'ada', model: SONNET, inputTokens: 1 },
    });
    const voided = await purser.post(`/v1/reservations/${String(body['reservationId'])}/void`, {});
    expect(voided.status).toBe(200);
  });
});
