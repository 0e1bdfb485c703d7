const DAY_SECONDS = 86_400;

/** The instant a number of days later, in epoch seconds as a time to live requires. */
export const secondsAfter = (atMs: number, days = 0): number =>
  Math.floor(atMs / 1_000) + days * DAY_SECONDS;
