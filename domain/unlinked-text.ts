/** Takes no room and ends a word, so that no mail or chat program sees a link across it. */
const BREAK = '\u200b';

/** What programs make links or mentions of: schemes, `@`, and words with dots that look like a host. */
const SCHEME = /:(?=\/\/)/gu;
const AT = /@/gu;
const DOTTED_WORD = /[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+/gu;
const LIKE_A_HOST = /^www\.|\.(?:\p{L}+|xn--[\p{L}\p{N}-]+)$/iu;

/**
 * Text that people read in a mail or a chat, in which nothing that an id holds becomes a link or a
 * mention. It reads as before: what is added has no width. Model names and amounts stay as they are.
 */
export const unlinkedText = (text: string): string =>
  text
    .replaceAll(SCHEME, `:${BREAK}`)
    .replaceAll(AT, `@${BREAK}`)
    .replaceAll(DOTTED_WORD, (word) =>
      LIKE_A_HOST.test(word) ? word.replaceAll('.', `${BREAK}.${BREAK}`) : word,
    );

/** The same where only ASCII can be sent: `https[:]//www[.]example[.]com`, `ada[at]example[.]com`. */
export const unlinkedAscii = (text: string): string =>
  text
    .replaceAll(SCHEME, '[:]')
    .replaceAll(DOTTED_WORD, (word) =>
      LIKE_A_HOST.test(word) ? word.replaceAll('.', '[.]') : word,
    )
    .replaceAll(AT, '[at]');
