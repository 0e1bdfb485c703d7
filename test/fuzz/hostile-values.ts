import { BAD_VALUES, NOT_JSON } from '../support/bad-values.ts';

/** Names that every JavaScript object has. */
export const PROTOTYPE_NAMES = [
  'toString',
  'valueOf',
  'constructor',
  'hasOwnProperty',
  'isPrototypeOf',
  'propertyIsEnumerable',
  'toLocaleString',
  'prototype',
  'length',
  'name',
  'then',
  'toJSON',
  '__proto__',
  '__defineGetter__',
] as const;

/** Numbers at the limits of doubles, big integers and the store, as raw JSON. */
export const EXTREME_NUMBERS = [
  ['0', '-0', '1', '-1', '0.5', '1e-9', '1e-10', '1e-38', '1e-130', '1e-131', '1e-300'],
  ['5e-324', '2.2250738585072014e-308', '1e-400', '1e21', '1e125', '1e126', '1e308'],
  ['1.7976931348623157e308', '1e400', '-1e400', '2147483647', '2147483648', '4294967296'],
  ['9007199254740991', '9007199254740992', '9007199254740993', '9223372036854775807'],
  ['9223372036854775808', '-9223372036854775809', '0.1', '0.30000000000000004', '99999999.99'],
  ['100000000', '1000000000', '1.0', '1E2', '8640000000000001', '253402300800000'],
  '123456789012345678901234567890123456789',
  `0.${'3'.repeat(60)}`,
  '9'.repeat(400),
].flat();

/** Texts that look like something else, break lines and headers, or are malformed. */
export const HOSTILE_TEXTS = [
  ['', ' ', '\u0000', 'a\r\nSet-Cookie: a=b', '\ud800', '\udfff\ud800', 'e\u0301', '\u202eada'],
  ['\ufeffada', '\u200b', '\u00a0', 'ＡＤＡ', 'аda', 'İ', 'ß', 'ﬀ', '𝒶𝒹𝒶', '😀', '\u{10ffff}'],
  ['../../etc/passwd', '%00', '%2e%2e%2f', '#', 'a#b', 'a|b', 'user#ada', 'USER', '*', '$default'],
  ['=1+1', '@SUM(A1)', '<script>alert(1)</script>', '<https://evil.example|ada>', '${7*7}'],
  ["' OR '1'='1", '{"$ne":null}', 'null', 'undefined', 'NaN', 'true', '0', '-1', '1e400'],
  ['2026-02-30', '9999-12-31T23:59:59.999Z', '0000-00-00', '+275760-09-13T00:00:00Z'],
  ['https://169.254.169.254/latest', 'ada@example.com\r\nBcc: eve@example.com'],
  'a'.repeat(128),
  'a'.repeat(129),
  '\u{1f4a5}'.repeat(64),
  'x'.repeat(70_000),
].flat();

const DEEP = [
  `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
  `${'{"a":'.repeat(80)}1${'}'.repeat(80)}`,
];
const WIDE = [
  `[${Array(5_000).fill('1').join(',')}]`,
  `[${Array(501).fill('{}').join(',')}]`,
  `{${Array.from({ length: 2_000 }, (_, at) => `"k${at}":${at}`).join(',')}}`,
];

const quoted = (texts: readonly string[]): string[] => texts.map((text) => JSON.stringify(text));

/** Types of values that hardly any field accepts, as raw JSON or JSON lookalikes. */
export const HOSTILE_KINDS = [
  EXTREME_NUMBERS,
  quoted(HOSTILE_TEXTS),
  quoted(PROTOTYPE_NAMES),
  quoted(EXTREME_NUMBERS),
  ['null', 'true', 'false', '[]', '{}', '[null]', '[[]]', '[{}]', '{"toString":1}', '""', '"a"'],
  [...new Set(Object.values(BAD_VALUES).flat())],
  NOT_JSON,
  [...DEEP, ...WIDE],
];
