/** How long providers keep what they cached since it was last read. */
export const LIFE_MS = { '5m': 300_000, '1h': 3_600_000 };
