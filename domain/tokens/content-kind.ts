/** Kinds of content whose token counts have similar errors. */
export const CONTENT_KINDS = [
  'english',
  'latin',
  'cjk',
  'script',
  'code',
  'json',
  'markup',
  'dense',
  'blank',
] as const;

/**
 * `latin`: other languages in Latin letters. `script`: Cyrillic, Greek, Arabic and other scripts.
 * `markup`: tables and lists. `dense`: numbers, hashes, base64, addresses. `blank`: mostly
 * whitespace.
 */
export type ContentKind = (typeof CONTENT_KINDS)[number];

/** Counts, in UTF-16 units, that determine the kind of a piece of text. */
export type PieceCounts = {
  units: number;
  blanks: number;
  latinWords: number;
  accentedLetters: number;
  /** Words such as `the` and `of`: a fifth of English prose, a few percent of anything else. */
  englishStopWords: number;
  cjk: number;
  otherScripts: number;
  /** Digits, and letters in runs that look random. */
  dense: number;
  marks: number;
  quotes: number;
  brackets: number;
  columns: number;
};

export const noCounts = (): PieceCounts => ({
  units: 0,
  blanks: 0,
  latinWords: 0,
  accentedLetters: 0,
  englishStopWords: 0,
  cjk: 0,
  otherScripts: 0,
  dense: 0,
  marks: 0,
  quotes: 0,
  brackets: 0,
  columns: 0,
});

const STOP_WORD_SHARE = 0.1;
const ENGLISH_ACCENT_SHARE = 0.02;

/** The kind of a piece of a few hundred characters. */
export function kindOf(piece: PieceCounts): ContentKind {
  const visible = Math.max(1, piece.units - piece.blanks);
  if (piece.blanks > piece.units * 0.4) return 'blank';
  if (piece.cjk > visible * 0.25) return 'cjk';
  if (piece.otherScripts > visible * 0.25) return 'script';
  if (piece.dense > visible * 0.3) return 'dense';
  if (piece.columns > visible * 0.03) return 'markup';
  if (piece.quotes > visible * 0.06 && piece.brackets > 0) return 'json';
  if (piece.marks > visible * 0.1 || piece.brackets > visible * 0.03) return 'code';
  if (piece.accentedLetters > visible * ENGLISH_ACCENT_SHARE) return 'latin';
  return piece.englishStopWords >= piece.latinWords * STOP_WORD_SHARE ? 'english' : 'latin';
}
