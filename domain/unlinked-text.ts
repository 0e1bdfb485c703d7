/** Has no width and ends a word, so that no mail or chat program detects a link across it. */
const BREAK = '\u200b';

/**
 * What programs turn into links or mentions: schemes, `@`, and dotted words that look like a host.
 */
const SCHEME = /:(?=\/\/)/gu;
const AT = /@/gu;
const DOTTED_WORD = /[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+/gu;
const LIKE_A_HOST = /^www\.|\.(?:\p{L}+|xn--[\p{L}\p{N}-]+)$/iu;

/**
 * Changes text for mail or chat so that nothing in an id becomes a link or mention. It looks the
 * same, because the added characters have no width. Model names and amounts are unchanged.
 */
export const unlinkedText = (text: string): string =>
  text
    .replaceAll(SCHEME, `:${BREAK}`)
    .replaceAll(AT, `@${BREAK}`)
    .replaceAll(DOTTED_WORD, (word) =>
      LIKE_A_HOST.test(word) ? word.replaceAll('.', `${BREAK}.${BREAK}`) : word,
    );

/** The same for text messages, which show every added character: `https[:]//www[.]example[.]com`, `ada[at]example[.]com`. */
export const bracketedText = (text: string): string =>
  text
    .replaceAll(SCHEME, '[:]')
    .replaceAll(DOTTED_WORD, (word) =>
      LIKE_A_HOST.test(word) ? word.replaceAll('.', '[.]') : word,
    )
    .replaceAll(AT, '[at]');
