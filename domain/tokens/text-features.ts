/**
 * What determines the tokens of a text, as indexes into its counts. Words are runs of Latin
 * letters, split where a capital follows a small letter. Letters beyond a certain length count
 * separately, because common words are one token regardless of length and rare ones are split.
 * Words count separately for English prose, prose in other Latin languages, and everything else.
 * Glued words follow another part of the same name.
 */
export const Feature = {
  englishWords: 0,
  englishLettersOver5: 1,
  englishLettersOver9: 2,
  otherWords: 3,
  otherLettersOver3: 4,
  otherLettersOver7: 5,
  gluedWords: 6,
  gluedLettersOver4: 7,
  capitals: 8,
  accentedLetters: 9,
  randomUnits: 10,
  digits: 11,
  digitTriples: 12,
  markRuns: 13,
  furtherMarks: 14,
  repeatedMarks: 15,
  newlineRuns: 16,
  furtherNewlines: 17,
  blankRuns: 18,
  furtherBlanks: 19,
  cyrillicWords: 20,
  cyrillicLetters: 21,
  greekLetters: 22,
  hebrewLetters: 23,
  arabicLetters: 24,
  indicLetters: 25,
  thaiLetters: 26,
  hanCharacters: 27,
  kanaCharacters: 28,
  hangulCharacters: 29,
  typographicMarks: 30,
  cjkMarks: 31,
  otherUnits: 32,
  latinWords: 33,
  latinLettersOver3: 34,
  latinLettersOver7: 35,
} as const;

export const FEATURE_COUNT = Object.keys(Feature).length;

/** Counts, indexed by `Feature`. */
export type FeatureCounts = Float64Array;
