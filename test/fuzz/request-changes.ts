import { pick } from './pick.ts';
import type { Random } from '../simulation/random.ts';
import { HOSTILE_TEXTS, PROTOTYPE_NAMES } from './hostile-values.ts';
import type { Wire } from './wire.ts';

type Change = (wire: Wire, random: Random) => Wire;

/** Ways to corrupt the rest of a request, by name. */
export const REQUEST_CHANGES: readonly [name: string, change: Change][] = [
  ['another method', withOtherMethod],
  ['an odd path', withOddPath],
  ['an odd path', withOddPath],
  ['an odd query', withOddQuery],
  ['an odd query', withOddQuery],
  ['odd credentials', withOddCredentials],
  ['an odd Idempotency-Key', withOddKey],
  ['another content type', withOtherContentType],
  ['an odd header', withOddHeader],
  ['a broken message', asBrokenMessage],
];

const replaced = (wire: Wire, name: string, ...values: string[]): Wire => ({
  ...wire,
  headers: [
    ...wire.headers.filter(([header]) => header !== name),
    ...values.map((value): [string, string] => [name, value]),
  ],
});

function withOtherMethod(wire: Wire, random: Random): Wire {
  const method = pick(random, [
    'GET',
    'POST',
    'PUT',
    'DELETE',
    'PATCH',
    'HEAD',
    'OPTIONS',
    'TRACE',
  ]);
  return { ...wire, method };
}

const SEGMENTS: readonly string[] = [
  ...PROTOTYPE_NAMES,
  ['%00', '%zz', '%', '..', '.', '%2e%2e', '%2f', 'a%2fb', 'a%5cb', '%c0%af', '%ff', '%ed%a0%80'],
  ['%F0%9F%92%A5', 'e%CC%81', '%20', '%23', 'a%23b', '%25', ';a=b', '{id}', '*', '~', 'null'],
  ['a'.repeat(129), 'a'.repeat(2_000), '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a44', '-1', '1e400'],
  ['umbrella', 'organization', '%D0%B0da', '%EF%BC%A1da', '%E2%80%AEada'],
].flat();

function withOddPath(wire: Wire, random: Random): Wire {
  const [path = '', query] = wire.path.split('?');
  const segments = path.split('/');
  const at = random.int(1, segments.length - 1);
  const odd = pick(random, SEGMENTS);
  const changed = pick(random, [
    () => segments.with(at, odd).join('/'),
    () => segments.with(segments.length - 1, odd).join('/'),
    () => segments.toSpliced(at, 0, odd).join('/'),
    () => segments.toSpliced(at, 1).join('/'),
    () => `${path}/`,
    () => path.replaceAll('/', '//'),
    () => path.toUpperCase(),
    () => `/.${path}`,
    () => `/dev${path}`,
    () => `http://evil.example${path}`,
    () => `${path}#fragment`,
    () => `/v1/reservations/../budgets`,
  ])();
  return { ...wire, path: query === undefined ? changed : `${changed}?${query}` };
}

function withOddQuery(wire: Wire, random: Random): Wire {
  const [path = '', query = ''] = wire.path.split('?');
  const names = query.split('&').map((pair) => pair.split('=')[0] ?? '');
  const name = random.chance(0.5)
    ? pick(random, names)
    : pick(random, [...PROTOTYPE_NAMES, 'limit', 'cursor', 'from', '', '%', 'a[b]', '%00']);
  const value = random.chance(0.4)
    ? pick(random, SEGMENTS)
    : encoded(pick(random, HOSTILE_TEXTS).slice(0, 5_000));
  const pair = `${name}=${value}`;
  const pairs = random.chance(0.3) ? Array<string>(random.int(2, 300)).fill(pair) : [pair];
  return { ...wire, path: `${path}?${[...(query === '' ? [] : [query]), ...pairs].join('&')}` };
}

function withOddCredentials(wire: Wire, random: Random): Wire {
  const odd = pick(
    random,
    [
      [
        '',
        'Bearer',
        'Bearer ',
        'Bearer  x',
        'Basic YWRtaW46YWRtaW4=',
        'bearer x',
        'x',
        'Bearer null',
      ],
      [
        'Bearer toString',
        'Bearer __proto__',
        'Bearer a b',
        'Bearer \u00e4',
        'Bearer ,',
        'Bearer *',
      ],
      'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.',
      'Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln',
      `Bearer ${'a'.repeat(4_096)}`,
      `Bearer ${'a'.repeat(9_000)}`,
      'Bearer a, Bearer b',
    ].flat(),
  );
  if (random.chance(0.1)) return replaced(wire, 'authorization');
  return replaced(wire, 'authorization', ...(random.chance(0.1) ? [odd, odd] : [odd]));
}

function withOddKey(wire: Wire, random: Random): Wire {
  const key = pick(
    random,
    [
      [
        '',
        ' ',
        'toString',
        '__proto__',
        'constructor',
        'a#b',
        'a b',
        'same-key',
        '"quoted"',
        '\u00e9',
      ],
      ['x'.repeat(255), 'x'.repeat(256), '01900000-0000-7000-8000-000000000000', '../..', '*'],
    ].flat(),
  );
  return replaced(wire, 'idempotency-key', ...(random.chance(0.2) ? [key, `${key}2`] : [key]));
}

function withOtherContentType(wire: Wire, random: Random): Wire {
  const type = pick(
    random,
    [
      [
        '',
        'text/plain',
        'application/xml',
        'application/json; charset=utf-16',
        'multipart/form-data',
      ],
      [
        'application/x-www-form-urlencoded',
        'APPLICATION/JSON',
        'application/json, text/plain',
        'x',
      ],
      ['application/cloudevents+json', 'image/png', '*/*', 'application/json;;;=', 'toString'],
    ].flat(),
  );
  const changed = replaced(wire, 'content-type', type);
  if (!random.chance(0.3)) return changed;
  return replaced(
    changed,
    'content-encoding',
    pick(random, ['gzip', 'br', 'identity', 'toString']),
  );
}

function withOddHeader(wire: Wire, random: Random): Wire {
  const [name, value] = pick(random, [
    ['x-long', 'x'.repeat(7_000)],
    ['x-longer', 'x'.repeat(20_000)],
    ['cookie', '__proto__=1; toString=2; =3; a'],
    ['constructor', 'a'],
    ['__proto__', 'a'],
    ['tostring', 'a'],
    ['x-forwarded-for', '127.0.0.1, toString'],
    ['x-forwarded-host', 'evil.example'],
    ['forwarded', 'for="_gazonk"'],
    ['origin', 'https://evil.example'],
    ['x-http-method-override', 'DELETE'],
    ['accept', 'text/html'],
    ['accept', '*/*;q=NaN'],
    ['range', 'bytes=0-1'],
    ['if-none-match', '*'],
    ['expect', '100-continue'],
    ['expect', 'something-else'],
    ['traceparent', '00-00-00-00'],
    ['x-amzn-trace-id', 'Root=toString'],
    ['te', 'trailers'],
    ['upgrade', 'websocket'],
    ['connection', 'close, x-long'],
    ['user-agent', '\u00ff\u00fe'],
    ['x-latin', 'caf\u00e9'],
  ]);
  return { ...wire, headers: [...wire.headers, [name, value]] };
}

function asBrokenMessage(wire: Wire, random: Random): Wire {
  const length = String(wire.body?.length ?? 0);
  const closing = replaced({ ...wire, isMalformed: true }, 'connection', 'close');
  return pick(random, [
    () => replaced(closing, 'content-length', '-1'),
    () => replaced(closing, 'content-length', '1e3'),
    () => replaced(closing, 'content-length', '99999999999'),
    () => replaced(closing, 'content-length', String(Number(length) + 10)),
    () => replaced(closing, 'content-length', String(Math.max(0, Number(length) - 1))),
    () => replaced(closing, 'content-length', length, '0'),
    () => replaced(closing, 'transfer-encoding', 'chunked'),
    () => replaced(replaced(closing, 'content-length'), 'transfer-encoding', 'toString'),
    () => replaced(closing, 'host'),
    () => replaced(closing, 'host', 'a', 'b'),
    () => replaced(closing, 'x-null', 'a\u0000b'),
    () => replaced(closing, 'x-fold', 'a\r\n b'),
    () => replaced(closing, 'bad name', 'a'),
    () => ({ ...closing, method: 'GE T' }),
    () => ({ ...closing, method: 'BREW' }),
    () => ({ ...closing, path: 'v1/budgets' }),
    () => ({ ...closing, path: '*' }),
    () => ({ ...closing, path: `${closing.path}\u0000` }),
    () => ({ ...closing, path: `${closing.path} ` }),
    () => ({ ...closing, path: `/${'a/'.repeat(10_000)}` }),
    () => ({ ...closing, path: '/v1/budgets/user/\u00e4/daily' }),
  ])();
}

/** Percent-encodes a text and replaces malformed characters. */
export const encoded = (text: string): string => encodeURIComponent(text.toWellFormed());
