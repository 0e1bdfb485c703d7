/**
 * How a tokenizer sees a UTF-16 unit. Latin letters and digits come first: everything up to `digit`
 * is part of a name.
 */
export const CharacterClass = {
  lower: 0,
  upper: 1,
  accented: 2,
  digit: 3,
  space: 4,
  newline: 5,
  mark: 6,
  cyrillic: 7,
  greek: 8,
  hebrew: 9,
  arabic: 10,
  indic: 11,
  thai: 12,
  han: 13,
  kana: 14,
  hangul: 15,
  /** Dashes, typographic quotes. */
  typographicMark: 16,
  /** Full-width marks. */
  cjkMark: 17,
  /** Everything else: rarer scripts, symbols, halves of emoji. */
  other: 18,
} as const;

const RANGES: readonly (readonly [from: number, to: number, kind: number])[] = [
  [0x00, 0x20, CharacterClass.space],
  [0x0a, 0x0d, CharacterClass.newline],
  [0x21, 0x7f, CharacterClass.mark],
  [0x30, 0x39, CharacterClass.digit],
  [0x41, 0x5a, CharacterClass.upper],
  [0x61, 0x7a, CharacterClass.lower],
  [0xa0, 0xbf, CharacterClass.typographicMark],
  [0xc0, 0x24f, CharacterClass.accented],
  [0x300, 0x36f, CharacterClass.accented],
  [0x370, 0x3ff, CharacterClass.greek],
  [0x400, 0x52f, CharacterClass.cyrillic],
  [0x590, 0x5ff, CharacterClass.hebrew],
  [0x600, 0x77f, CharacterClass.arabic],
  [0x900, 0xdff, CharacterClass.indic],
  [0xe00, 0xeff, CharacterClass.thai],
  [0x1e00, 0x1eff, CharacterClass.accented],
  [0x1f00, 0x1fff, CharacterClass.greek],
  [0x2010, 0x203f, CharacterClass.typographicMark],
  [0x3000, 0x303f, CharacterClass.cjkMark],
  [0x3040, 0x30ff, CharacterClass.kana],
  [0x3400, 0x9fff, CharacterClass.han],
  [0xac00, 0xd7a3, CharacterClass.hangul],
  [0xff00, 0xffef, CharacterClass.cjkMark],
];

const CLASSES = classes();

/** The class of a UTF-16 unit. */
export const classOf = (unit: number): number => CLASSES[unit] ?? CharacterClass.other;

function classes(): Uint8Array {
  const table = new Uint8Array(0x1_00_00).fill(CharacterClass.other);
  for (const [from, to, kind] of RANGES) table.fill(kind, from, to + 1);
  return table;
}
