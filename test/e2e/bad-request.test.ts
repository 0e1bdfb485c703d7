import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import type { RawRequest } from '../support/raw-request.ts';
import {
  ALL_ROUTES,
  bodyOf,
  createRefusals,
  type Expected,
  type RefusedCase,
  routeOf,
  storeSomething,
} from '../support/refused-cases.ts';
import { SONNET } from '../support/request-bodies.ts';

const KIB = 1_024;
const MIB = KIB * KIB;

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

const BODY: Expected = { status: 400, field: 'body' };
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

describe('bodies that do not arrive as JSON', () => {
  it('are refused at every route by what is wrong with them', async () => {
    const cases = ALL_ROUTES.filter(([, { body }]) => body).flatMap(
      ([id, route]): RefusedCase[] => {
        const text = bodyOf(id);
        const typed = (type: string | undefined): Partial<RawRequest> => ({
          headers: { 'content-type': type },
        });
        const padded = (bytes: number): string =>
          text + ' '.repeat(bytes - Buffer.byteLength(text));
        const limit = route.maxBodyBytes ?? 64 * KIB;
        const wrong: [string, Partial<RawRequest>, Expected][] = [
          ['text/plain', typed('text/plain'), { status: 415 }],
          ['a form', typed('application/x-www-form-urlencoded'), { status: 415 }],
          ['no content type', typed(undefined), { status: 415 }],
          ['an empty content type', typed(''), { status: 415 }],
          ['a content type of commas', typed(',,;='), { status: 415 }],
          ...(route.isBodyOptional === true
            ? []
            : [['an empty body', { body: '' }, BODY] satisfies [string, object, Expected]]),
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
            'with an expectation that nothing meets',
            { headers: { expect: 'something-else' } },
            { status: 417, gateway: true },
          ],
          [
            'announced as 11 MiB',
            { body: '{', headers: { 'content-length': String(11 * MIB) } },
            { status: 413, gateway: true },
          ],
        ];
        return wrong.map(([label, change, expected]) => ({
          label: `${id} ${label}`,
          request: refusals.requestOf(id, route, change),
          expected,
        }));
      },
    );
    await refusals.expectRefused(cases);
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
      const answer = await refusals.raw.send(
        refusals.requestOf('createReservation', routeOf('createReservation'), { body }),
      );
      expect(answer.status).toBe(400);
      expect(answer.text.length).toBeLessThan(10_000);
    }
  });
});

describe('headers', () => {
  const predicted = (headers: Record<string, string>): RawRequest =>
    refusals.requestOf('createReservation', routeOf('createReservation'), { headers });

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
    await refusals.expectRefused(
      keys.map((key) => ({
        label: JSON.stringify(key.slice(0, 20)),
        request: predicted({ 'idempotency-key': key }),
        expected: { status: 400, field: 'Idempotency-Key' },
      })),
    );
  });

  it('refuse malformed credentials', async () => {
    const key = purser.key;
    const wrong = [
      ['Bearer', 'Bearer ', `Basic ${key}`, key, `Bearer ${key} `.repeat(2), `Bearer  ${key}`],
      [`Bearer ${key}x`, `Bearer ${key.slice(0, -1)}`, `Bearer ${key.toUpperCase()}`],
      ['Bearer a.b.c', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.', 'Bearer null'],
      [`Bearer ${'x'.repeat(4_097)}`, `Bearer ${'x'.repeat(12_000)}`, "Bearer ' OR 1=1--"],
      ['Bearer __proto__', 'Bearer constructor', 'Bearer schl\u00fcssel', `bearer,${key}`],
    ].flat();
    const cases = ALL_ROUTES.filter(([, { roles }]) => roles !== 'public').flatMap(([id, route]) =>
      wrong.map((authorization): RefusedCase => ({
        label: `${id} ${authorization.slice(0, 40)}`,
        request: refusals.requestOf(id, route, { headers: { authorization } }),
        expected: { status: 401 },
      })),
    );
    await refusals.expectRefused(cases);
  });

  it('refuse to be without credentials, and leave that to the gateway', async () => {
    const cases = ALL_ROUTES.filter(([, { roles }]) => roles !== 'public').flatMap(
      ([id, route]) => {
        const { headers: _, ...bare } = refusals.requestOf(id, route);
        return [bare, { ...bare, headers: { authorization: '' } }].map((request): RefusedCase => ({
          label: id,
          request,
          expected: { status: 401, gateway: true },
        }));
      },
    );
    await refusals.expectRefused(cases);
  });
});

describe('a route without a body', () => {
  it('refuses what it would not read', async () => {
    const cases = ALL_ROUTES.filter(([, { body, method }]) => !body && method !== 'GET').map(
      ([id, route]): RefusedCase => ({
        label: id,
        request: refusals.requestOf(id, route, {
          body: '{"amountUsd":"1"}',
          headers: { 'content-type': 'application/json' },
        }),
        expected: { status: 400, field: 'amountUsd' },
      }),
    );
    await refusals.expectRefused(cases);
  });

  it('takes an empty object', async () => {
    const { body } = await purser.post('/v1/reservations', {
      system: 'relaycore',
      userId: 'ada',
      model: SONNET,
      inputTokens: 1,
    });
    const voided = await purser.post(`/v1/reservations/${String(body['reservationId'])}/void`, {});
    expect(voided.status).toBe(200);
  });
});
