/** The type of a field, which determines its invalid values. */
export type FieldKind = keyof typeof BAD_VALUES;

const quoted = (texts: string[]): string[] => texts.map((text) => JSON.stringify(text));

const HUGE = ['1e308', '-1e308', '9007199254740993', '9223372036854775808', '1'.repeat(39)];
const NEGATIVE = ['-1', '-0.5', '-9007199254740993'];
const NO_SCALAR = ['null', 'true', '[]', '{}', '[1]'];
const NOT_A_NUMBER = [
  ...NO_SCALAR,
  ...quoted(['', 'abc', '1', '1e3', '0x10', ' 1', '١٢', 'NaN', 'Infinity']),
];
const NOT_A_TEXT = ['null', 'true', '0', '1', '[]', '{}', '["a"]'];
const NOT_A_CHOICE = [
  ...NOT_A_TEXT,
  ...quoted(['', 'no-such-thing', '__proto__', 'constructor', 'toString', 'WARNING', ' alert']),
];
const NOT_A_LIST = ['null', 'true', '1', '""', '"a"', '{}', '[null]', '[1]', '[[]]'];

const COUNT = [...NOT_A_NUMBER, ...NEGATIVE, ...HUGE, '0.5', '1e-308', '1e9', '9007199254740991'];
const DURATION = [...NOT_A_NUMBER, ...NEGATIVE, ...HUGE, '9007199254740991'];
const USD = [
  ...NO_SCALAR,
  ...NEGATIVE,
  ...HUGE,
  '1e-308',
  '1e10',
  '0.0000000001',
  ...quoted(['', 'abc', '1e3', '0x10', ' 1', '1 ', '١٢', 'NaN', '+1', '-1', '.5', '1.', '01']),
  ...quoted(['1,000', '1.0000000001', '1000000000.000000001', '1'.repeat(39), '$1', '1\n']),
];

/** Texts that are not identifiers. */
export const BAD_IDS: string[] = [
  ['', ' ', ' ada', 'ada ', 'a b', '#', 'a#b', 'o.#r', ':a', '../', '..', '.', '%00', '-a'],
  ['a\u0000', 'a\r\nb', 'a\tb', '\ud800', 'a\udfff', 'e\u0301', '\u202eada', 'a\u200bb', '😀'],
  ["' OR 1=1--", '{"$ne":null}', 'a OR attribute_exists(pk)', '__proto__', '$default', '*'],
  ['a'.repeat(129), 'a'.repeat(2_048), '\ufeffada', 'ada\\', '<b>', '${jndi:x}'],
].flat();

/** Invalid values for each kind of field, as raw JSON. */
export const BAD_VALUES = {
  identifier: [...NOT_A_TEXT, ...quoted(BAD_IDS)],
  /** A list is another form. */
  identifierOrList: [...NOT_A_TEXT.filter((value) => value !== '[]'), ...quoted(BAD_IDS)],
  identifierOrNone: [...NOT_A_TEXT.filter((value) => value !== 'null'), ...quoted(BAD_IDS)],
  identifiers: [...NOT_A_LIST, '[]', '["#"]', JSON.stringify(Array(21).fill('a'))],
  text: NOT_A_TEXT,
  content: ['null', 'true', '1', '{}', '[null]', '["a"]', '[{}]', '[{"type":"image","text":"a"}]'],
  /** Messages of any client's format. */
  clientContent: ['true', '1', '{}', '[null]'],
  clientSystem: ['null', 'true', '0', '1', '{}'],
  label: [...NOT_A_TEXT, ...quoted(['\ud800', 'a\u0000', 'a\r\nb', 'x'.repeat(2_048)])],
  displayName: [
    ...NOT_A_TEXT,
    ...quoted([
      '',
      ' ',
      '\ud800',
      'a\u0000',
      'a\r\nb',
      'a\tb',
      'a\u2028b',
      '\u202eada',
      'a\u2066b',
    ]),
    ...quoted(['\u200b', 'x'.repeat(129)]),
  ],
  choice: NOT_A_CHOICE,
  toolType: [...NOT_A_TEXT, ...quoted(['', '__proto__', 'toString', 'a-b', ' a', 'x'.repeat(65)])],
  tier: [...NOT_A_CHOICE.filter((value) => value !== '1'), '0', '4', '1.5', '"1"'],
  number: NOT_A_NUMBER,
  flag: ['null', '0', '1', '""', '"true"', '[]', '{}'],
  count: COUNT,
  countFromOne: [...COUNT, '0', '-0'],
  /** May be far above the tokens of one request. */
  countOfPeriod: COUNT.filter((value) => value !== '1e9'),
  /** Some bodies take `null`, which removes it. */
  holdSecondsOrNone: [...COUNT.filter((value) => value !== 'null'), '0', '29', '86401'],
  fraction: [...DURATION, '2', '1.0000001'],
  duration: DURATION,
  durationAboveZero: [...DURATION, '0', '-0'],
  percent: [...DURATION, '0', '-0', '0.001', '1000.01'],
  rate: [...DURATION, '0', '-0', '100000.1'],
  share: [...COUNT, '100.5', '101'],
  usd: USD,
  price: [...USD, '0', '-0', '"0"', '"-0"'],
  timeZone: [...NOT_A_CHOICE, ...quoted(['Mars/Olympus', '+05:07', 'UTC\u0000', 'A'.repeat(65)])],
  date: [
    ...NOT_A_TEXT,
    ...quoted(['', 'yesterday', '2026-13-01', '2026-02-30', '2026-11-21T00:00:00Z', '21.11.2026']),
  ],
  instant: [
    ...NOT_A_TEXT,
    '1700000000000',
    '1e308',
    ...quoted([
      '',
      'yesterday',
      '1e3',
      '2026-11-21',
      '2026-11-21T06:30:00',
      '2026-02-30T00:00:00Z',
    ]),
    ...quoted(['2026-11-21T25:00:00Z', '0000-01-01T00:00:00Z', '+275760-09-13T00:00:00Z']),
    ...quoted(['9999-12-31T23:59:59-23:59', '2026-11-21T06:30:00Z\u0000', '٢٠٢٦-11-21T06:30:00Z']),
  ],
  dayOrInstant: [
    ...NOT_A_TEXT,
    '1700000000000',
    ...quoted(['', 'yesterday', '1e3', '2026-13-01', '2026-02-30', '2026-11-21T06:30:00']),
    ...quoted(['2026-11-21T25:00:00Z', '0000-01-01T00:00:00Z', '+275760-09-13', '٢٠٢٦-11-21']),
  ],
  contact: [
    ...NOT_A_TEXT,
    ...quoted([
      '',
      ' ',
      'ada',
      'ada@',
      '@example.com',
      'a b@example.com',
      'ada@example.com\r\nBcc:x',
    ]),
    ...quoted(['0170', '+0170123456', '+49', '+49 170 1234567', '+4917012345678901', '+٤٩١٧٠١٢٣٤']),
  ],
  /** The local run allows providers on this machine. */
  providerUrl: [
    ...NOT_A_TEXT,
    ...quoted(['', 'example.com', '//example.com', 'http://example.com', 'ftp://example.com']),
    ...quoted(['https://', 'https://u:p@example.com', 'https://db.internal', 'https://10.0.0.1']),
    ...quoted(['https://169.254.169.254/v1', 'https://[fd00:ec2::254]', 'file:///etc/passwd']),
    ...quoted(['https://example.com/v1?key=1', 'https://example.com/v1#a']),
    JSON.stringify(`https://example.com/${'a'.repeat(2_048)}`),
  ],
  publicUrl: [
    ...NOT_A_TEXT,
    ...quoted(['', 'example.com', '//example.com', 'http://example.com', 'ftp://example.com']),
    ...quoted(['https://', 'https://u:p@example.com', 'https://localhost', 'https://db.internal']),
    ...quoted(['https://127.0.0.1', 'https://2130706433', 'https://0x7f.1', 'https://10.0.0.1']),
    ...quoted(['https://169.254.169.254/latest', 'https://[::1]', 'https://[::ffff:10.0.0.1]']),
    ...quoted(['https://[fd00:ec2::254]', 'javascript:alert(1)', 'file:///etc/passwd']),
    JSON.stringify(`https://example.com/${'a'.repeat(2_048)}`),
  ],
  secret: [...NOT_A_TEXT, ...quoted(['', 'short', 'with a blank in it', 'ключ-ключ-ключ-ключ'])],
  timeOfDay: [...NOT_A_TEXT, ...quoted(['', '7:00', '24:00', '22:60', '22', '22:00:00', '٢٢:٠٠'])],
  hour: [...COUNT, '24', '-0.0001'],
  list: [...NOT_A_LIST, '[]'],
  listOrEmpty: NOT_A_LIST,
  object: ['null', 'true', '1', '""', '"a"', '[]', '[{}]'],
  foreign: ['null', 'true', '1', '""', '"a"', '[]', '[{}]', '{}', '{"tokens":1}'],
  labels: ['null', 'true', '1', '""', '[]', '["a"]', manyLabels(21)],
} satisfies Record<string, string[]>;

/** Tokens that resemble values but are not JSON. */
export const NOT_JSON = [
  'NaN',
  'Infinity',
  '-Infinity',
  'undefined',
  '+1',
  '01',
  '.5',
  '1.',
  '0x10',
  "'a'",
  '١٢',
];

/** Names that are invalid as label keys and as fields. */
export const BAD_NAMES = [
  '',
  '#x',
  'a b',
  '..',
  '\ud800',
  '\u0000',
  '__proto__',
  'n'.repeat(2_048),
];

function manyLabels(count: number): string {
  return JSON.stringify(
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`l${at}`, 'x'])),
  );
}
