/** `2026-08-08T00:00:00.000Z` as `2026-08-08 00:00 UTC`. */
export const minuteText = (instant: string): string =>
  `${instant.slice(0, 16).replace('T', ' ')} UTC`;

/** When a budget has its limit again. @param resetsAt absent if it never has */
export const resetSentence = (resetsAt: string | undefined): string =>
  resetsAt === undefined
    ? 'It never resets: an operator may raise it.'
    : `It resets at ${minuteText(resetsAt)}.`;
