import type { SampleSet, SampleText } from './sample-texts.ts';

type Random = () => number;

const TEXTS_PER_MAKER = 30;

/** Generated texts: data, numbers, hashes, addresses, logs, tables and indented lines. */
export function generatedTexts(set: SampleSet): SampleText[] {
  const random = seeded({ fit: 11, margin: 53, check: 97 }[set]);
  const words = set === 'check' ? CHECK_WORDS : FIT_WORDS;
  const vary = (makers: ((random: Random, words: readonly string[]) => string)[]) =>
    makers.flatMap((maker) =>
      Array.from({ length: TEXTS_PER_MAKER }, () => {
        const lines = Math.ceil(2 ** (1 + random() * 5));
        return Array.from({ length: lines }, () => maker(random, words)).join('\n');
      }),
    );
  return [
    ...vary([hexLine, base64Line, uuidLine, numberLine, addressLine, logLine, decimalLine]).map(
      (text) => ({ kind: 'dense', set, text }) as const,
    ),
    ...vary([compactJson, prettyJson]).map((text) => ({ kind: 'json', set, text }) as const),
    ...vary([tableLine, recordLine]).map((text) => ({ kind: 'markup', set, text }) as const),
    ...vary([indentedLine, alignedLine]).map((text) => ({ kind: 'blank', set, text }) as const),
    ...vary([codeLine, queryLine]).map((text) => ({ kind: 'code', set, text }) as const),
  ];
}

const FIT_WORDS =
  'amount budget customer delivery engine folder guest harbor invoice journal kitchen ledger market number order payment quality region status title update value window'.split(
    ' ',
  );
const CHECK_WORDS =
  'account bridge channel device event forest garden hotel item job key lamp message note office price query room score ticket user village weight'.split(
    ' ',
  );

const HEX = '0123456789abcdef';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

const of = <T>(random: Random, choices: readonly T[] | string): T | string =>
  choices[Math.floor(random() * choices.length)] ?? '';
const whole = (random: Random, below: number): number => Math.floor(random() * below);
const run = (random: Random, length: number, alphabet: string): string =>
  Array.from({ length }, () => of(random, alphabet)).join('');
const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

const hexLine = (random: Random): string => run(random, of(random, [32, 40, 64]) as number, HEX);
const base64Line = (random: Random): string => run(random, 76, BASE64);
const uuidLine = (random: Random): string =>
  [8, 4, 4, 4, 12].map((length) => run(random, length, HEX)).join('-');
const numberLine = (random: Random): string =>
  Array.from({ length: 8 }, () => whole(random, 10 ** (1 + whole(random, 7)))).join(
    of(random, [',', ' ', '\t', '; ']),
  );
const decimalLine = (random: Random): string =>
  Array.from({ length: 6 }, () => (random() * 1_000).toFixed(1 + whole(random, 5))).join(', ');
const addressLine = (random: Random, words: readonly string[]): string =>
  `https://${of(random, words)}.example.com/${of(random, words)}/${whole(random, 1e6)}?${of(random, words)}=${run(random, 10, BASE64.slice(0, 62))}&page=${whole(random, 90)}`;
const timeOf = (random: Random): string =>
  `2026-0${1 + whole(random, 9)}-1${whole(random, 10)}T1${whole(random, 10)}:2${whole(random, 10)}:3${whole(random, 10)}.${100 + whole(random, 900)}Z`;
const logLine = (random: Random, words: readonly string[]): string =>
  `${timeOf(random)} ${of(random, ['INFO', 'WARN', 'ERROR'])} [${run(random, 8, HEX)}] ${of(random, words)}.${of(random, words)} took ${whole(random, 9_000)}ms status=${200 + whole(random, 300)}`;

const record = (random: Random, words: readonly string[]): Record<string, unknown> => ({
  [`${of(random, words)}Id`]: run(random, 12, HEX),
  [of(random, words)]: `${of(random, words)} ${of(random, words)}`,
  [`${of(random, words)}_${of(random, words)}`]: whole(random, 100_000),
  [`is${capital(of(random, words))}`]: random() < 0.5,
  createdAt: timeOf(random),
  [of(random, words)]: {
    [of(random, words)]: Number((random() * 100).toFixed(2)),
    tags: [of(random, words), of(random, words)],
  },
});
const compactJson: Maker = (random, words) => JSON.stringify(record(random, words));
const prettyJson: Maker = (random, words) => JSON.stringify(record(random, words), null, 2);

type Maker = (random: Random, words: readonly string[]) => string;

const tableLine: Maker = (random, words) =>
  `| ${of(random, words)} | ${of(random, words)} ${of(random, words)} | ${whole(random, 10_000)} | ${(random() * 100).toFixed(1)} % |`;
const recordLine: Maker = (random, words) =>
  `${whole(random, 1e5)},${of(random, words)},"${capital(of(random, words))} ${of(random, words)}",${(random() * 900).toFixed(2)},${timeOf(random).slice(0, 10)},${of(random, ['true', 'false', ''])}`;
const indentedLine: Maker = (random, words) =>
  `${' '.repeat(4 * (2 + whole(random, 6)))}${of(random, words)}: ${of(random, words)}\n`;
const alignedLine: Maker = (random, words) =>
  `${of(random, words).padEnd(24)}${of(random, words).padEnd(20)}${String(whole(random, 9_999)).padStart(12)}`;
const codeLine: Maker = (random, words) =>
  `  if (${of(random, words)}.${of(random, words)}Count > ${whole(random, 99)}) { return this.${of(random, words)}${capital(of(random, words))}(${of(random, words)}, '${of(random, words)}'); }`;
const queryLine: Maker = (random, words) =>
  `SELECT ${of(random, words)}_id, COUNT(*) AS total FROM ${of(random, words)}s WHERE ${of(random, words)} = '${of(random, words)}' AND created_at >= '2026-01-0${1 + whole(random, 9)}' GROUP BY 1 ORDER BY total DESC LIMIT ${whole(random, 500)};`;

/** Park and Miller's minimal standard generator. */
export function seeded(seed: number): Random {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}
