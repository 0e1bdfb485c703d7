const DAY_SECONDS = 86_400;

/** So many days after an instant, in epoch seconds: the unit in which items expire. */
export const secondsAfter = (atMs: number, days = 0): number =>
  Math.floor(atMs / 1_000) + days * DAY_SECONDS;
