import { CharacterClass, classOf } from './character-classes.ts';
import { type ContentKind, kindOf, noCounts, type PieceCounts } from './content-kind.ts';
import { Feature, FEATURE_COUNT, type FeatureCounts } from './text-features.ts';

/** What a text contains: feature counts for each kind of content. */
export type TextProfile = ReadonlyMap<ContentKind, FeatureCounts>;

/** A string, or a wrapper that counts how often it is read. */
export type ReadableText = Pick<string, 'length' | 'charCodeAt'>;

/** A piece ends with the first run that reaches this many units, and has one kind. */
const PIECE_UNITS = 240;
/** Long runs of letters are cut here, so that text without spaces is split into pieces too. */
const RUN_UNITS = 120;

const LEAST_RANDOM_UNITS = 8;
const UNITS_PER_RANDOM_SWITCH = 10;

const QUOTE = '"'.charCodeAt(0);
const COLUMN = '|'.charCodeAt(0);
const BRACKETS = new Set(Array.from('{}[]();<>=', (bracket) => bracket.charCodeAt(0)));

const codeOfWord = (word: string): number =>
  Array.from(word).reduce((code, letter) => code * 27 + letter.charCodeAt(0) - 96, 0);

const ENGLISH_STOP_WORDS = new Set(
  'and are be but can for from has have how if is it its not of than that the then they this to was what when with you your'
    .split(' ')
    .map(codeOfWord),
);

/** Profiles a text in one pass, in linear time for any content. */
export function profileOf(text: ReadableText): TextProfile {
  const profile = new Map<ContentKind, FeatureCounts>();
  let piece = new Piece();
  for (let at = 0; at < text.length;) {
    at = piece.readRun(text, at);
    if (piece.counts.units >= PIECE_UNITS) {
      piece.addTo(profile);
      piece = new Piece();
    }
  }
  if (piece.counts.units > 0) piece.addTo(profile);
  return profile;
}

/**
 * The current piece of text and its features, except words, whose weight depends on the piece's
 * kind.
 */
class Piece {
  readonly counts: PieceCounts = noCounts();
  readonly #features = new Float64Array(FEATURE_COUNT);
  #lettersOver3 = 0;
  #lettersOver5 = 0;
  #lettersOver7 = 0;
  #lettersOver9 = 0;

  /** Counts the run of similar characters that begins at `from`. Returns where it ends. */
  readRun(text: ReadableText, from: number): number {
    const kind = classOf(text.charCodeAt(from));
    const end = kind <= CharacterClass.digit ? endOfName(text, from) : endOfRun(text, from, kind);
    const length = end - from;
    this.counts.units += length;
    const features = this.#features;
    switch (kind) {
      case CharacterClass.lower:
      case CharacterClass.upper:
      case CharacterClass.accented:
      case CharacterClass.digit:
        this.#readName(text, from, end);
        break;
      case CharacterClass.space:
        this.counts.blanks += length;
        if (length > 1) add(features, Feature.blankRuns, 1);
        add(features, Feature.furtherBlanks, Math.max(0, length - 2));
        break;
      case CharacterClass.newline:
        this.counts.blanks += length;
        add(features, Feature.newlineRuns, 1);
        add(features, Feature.furtherNewlines, length - 1);
        break;
      case CharacterClass.mark:
        this.#readMarks(text, from, end);
        break;
      default:
        this.#readScript(kind, length);
    }
    return end;
  }

  /** Adds the piece to the counts of its kind. */
  addTo(profile: Map<ContentKind, FeatureCounts>): void {
    const kind = kindOf(this.counts);
    const features = this.#features;
    if (kind === 'english') {
      features[Feature.englishWords] = this.counts.latinWords;
      features[Feature.englishLettersOver5] = this.#lettersOver5;
      features[Feature.englishLettersOver9] = this.#lettersOver9;
    } else if (kind === 'latin') {
      features[Feature.latinWords] = this.counts.latinWords;
      features[Feature.latinLettersOver3] = this.#lettersOver3;
      features[Feature.latinLettersOver7] = this.#lettersOver7;
    } else {
      features[Feature.otherWords] = this.counts.latinWords;
      features[Feature.otherLettersOver3] = this.#lettersOver3;
      features[Feature.otherLettersOver7] = this.#lettersOver7;
    }
    const sum = profile.get(kind);
    if (sum) for (const [index, count] of features.entries()) add(sum, index, count);
    else profile.set(kind, features);
  }

  /**
   * A run of Latin letters and digits. It is random if the two alternate; otherwise it is words and
   * numbers.
   */
  #readName(text: ReadableText, from: number, end: number): void {
    const length = end - from;
    if (length >= LEAST_RANDOM_UNITS && isRandom(text, from, end)) {
      this.counts.dense += length;
      add(this.#features, Feature.randomUnits, length);
      return;
    }
    for (let at = from; at < end;) {
      const wordEnd = endOfWord(text, at, end);
      if (classOf(text.charCodeAt(at)) === CharacterClass.digit) {
        this.counts.dense += wordEnd - at;
        add(this.#features, Feature.digits, wordEnd - at);
        add(this.#features, Feature.digitTriples, Math.ceil((wordEnd - at) / 3));
      } else this.#readWord(text, at, wordEnd, at > from);
      at = wordEnd;
    }
  }

  #readWord(text: ReadableText, from: number, end: number, isGlued: boolean): void {
    const features = this.#features;
    const length = end - from;
    let capitals = 0;
    let accented = 0;
    let code = 0;
    for (let at = from; at < end; at += 1) {
      const unit = text.charCodeAt(at);
      const kind = classOf(unit);
      if (kind === CharacterClass.upper) capitals += 1;
      else if (kind === CharacterClass.accented) accented += 1;
      if (length <= 4) code = code * 27 + (unit | 32) - 96;
    }
    if (capitals > 1) add(features, Feature.capitals, capitals);
    add(features, Feature.accentedLetters, accented);
    this.counts.accentedLetters += accented;
    if (isGlued) {
      add(features, Feature.gluedWords, 1);
      add(features, Feature.gluedLettersOver4, Math.max(0, length - 4));
      return;
    }
    this.counts.latinWords += 1;
    if (length <= 4 && accented === 0 && ENGLISH_STOP_WORDS.has(code)) {
      this.counts.englishStopWords += 1;
    }
    this.#lettersOver3 += Math.max(0, length - 3);
    this.#lettersOver5 += Math.max(0, length - 5);
    this.#lettersOver7 += Math.max(0, length - 7);
    this.#lettersOver9 += Math.max(0, length - 9);
  }

  #readMarks(text: ReadableText, from: number, end: number): void {
    let repeated = 0;
    for (let at = from; at < end; at += 1) {
      const unit = text.charCodeAt(at);
      if (at > from && unit === text.charCodeAt(at - 1)) repeated += 1;
      if (unit === QUOTE) this.counts.quotes += 1;
      else if (unit === COLUMN) this.counts.columns += 1;
      else if (BRACKETS.has(unit)) this.counts.brackets += 1;
    }
    this.counts.marks += end - from;
    add(this.#features, Feature.markRuns, 1);
    add(this.#features, Feature.furtherMarks, end - from - 1 - repeated);
    add(this.#features, Feature.repeatedMarks, repeated);
  }

  #readScript(kind: number, length: number): void {
    const feature = SCRIPT_FEATURES.get(kind) ?? Feature.otherUnits;
    add(this.#features, feature, length);
    if (kind === CharacterClass.cyrillic) add(this.#features, Feature.cyrillicWords, 1);
    if (kind === CharacterClass.typographicMark || kind === CharacterClass.cjkMark) return;
    const isCjk = kind >= CharacterClass.han && kind <= CharacterClass.hangul;
    this.counts[isCjk ? 'cjk' : 'otherScripts'] += length;
  }
}

const SCRIPT_FEATURES: ReadonlyMap<number, number> = new Map([
  [CharacterClass.cyrillic, Feature.cyrillicLetters],
  [CharacterClass.greek, Feature.greekLetters],
  [CharacterClass.hebrew, Feature.hebrewLetters],
  [CharacterClass.arabic, Feature.arabicLetters],
  [CharacterClass.indic, Feature.indicLetters],
  [CharacterClass.thai, Feature.thaiLetters],
  [CharacterClass.han, Feature.hanCharacters],
  [CharacterClass.kana, Feature.kanaCharacters],
  [CharacterClass.hangul, Feature.hangulCharacters],
  [CharacterClass.typographicMark, Feature.typographicMarks],
  [CharacterClass.cjkMark, Feature.cjkMarks],
]);

function add(counts: FeatureCounts, index: number, count: number): void {
  counts[index] = (counts[index] ?? 0) + count;
}

function endOfRun(text: ReadableText, from: number, kind: number): number {
  const most = Math.min(text.length, from + RUN_UNITS);
  let at = from + 1;
  while (at < most && classOf(text.charCodeAt(at)) === kind) at += 1;
  return at;
}

/** End of a run of Latin letters and digits. */
function endOfName(text: ReadableText, from: number): number {
  const most = Math.min(text.length, from + RUN_UNITS);
  let at = from + 1;
  while (at < most && classOf(text.charCodeAt(at)) <= CharacterClass.digit) at += 1;
  return at;
}

/**
 * End of the number or word at `from`. A word ends before a digit, or before a capital after a
 * small letter.
 */
function endOfWord(text: ReadableText, from: number, end: number): number {
  const isNumber = classOf(text.charCodeAt(from)) === CharacterClass.digit;
  let wasUpper = classOf(text.charCodeAt(from)) === CharacterClass.upper;
  let at = from + 1;
  for (; at < end; at += 1) {
    const kind = classOf(text.charCodeAt(at));
    if ((kind === CharacterClass.digit) !== isNumber) break;
    const isUpper = kind === CharacterClass.upper;
    if (isUpper && !wasUpper) break;
    wasUpper = isUpper;
  }
  return at;
}

/** Whether letters and digits alternate, as in hashes and base64. */
function isRandom(text: ReadableText, from: number, end: number): boolean {
  let switches = 0;
  let wasDigit = classOf(text.charCodeAt(from)) === CharacterClass.digit;
  for (let at = from + 1; at < end; at += 1) {
    const isDigit = classOf(text.charCodeAt(at)) === CharacterClass.digit;
    if (isDigit !== wasDigit) switches += 1;
    wasDigit = isDigit;
  }
  return switches >= Math.max(2, (end - from) / UNITS_PER_RANDOM_SWITCH);
}
