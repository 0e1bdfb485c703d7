/**
 * One token: a CJK character, up to eight letters or three digits of a word with the space before
 * them, one other character, or a run of spaces. Every text is a sequence of such pieces.
 */
const PIECE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]|\s?\p{L}{1,8}|\s?\p{N}{1,3}|\s?[^\s\p{L}\p{N}]|\s+/gu;

/** Splits a text into its tokens. Joined again, they are the text. */
export const tokensOf = (text: string): string[] => text.match(PIECE) ?? [];

/** How many tokens a text has, in every API and for every model. */
export const countTokens = (text: string): number => tokensOf(text).length;

/** The first `limit` tokens of a text. They count as exactly that many again. */
export const cutTokens = (text: string, limit: number): string =>
  tokensOf(text).slice(0, limit).join('');

const LEAST_DELTA_TOKENS = 4;
const MOST_DELTAS = 2_000;

/** Groups the tokens of a text into the deltas of a stream. */
export function deltasOf(text: string): string[] {
  const tokens = tokensOf(text);
  const size = Math.max(LEAST_DELTA_TOKENS, Math.ceil(tokens.length / MOST_DELTAS));
  const deltas: string[] = [];
  for (let start = 0; start < tokens.length; start += size) {
    deltas.push(tokens.slice(start, start + size).join(''));
  }
  return deltas;
}
