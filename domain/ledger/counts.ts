export const COUNT_UNITS = ['requests', 'tokens'] as const;
export type CountUnit = (typeof COUNT_UNITS)[number];

/** One number for each unit. */
export type CountsByUnit = Record<CountUnit, number>;

/** How many requests or tokens a budget allows in a period. */
export type CountLimits = Partial<CountsByUnit>;

/** Conservation law: `limit = headroom + reserved + settled`. */
export type Counter = { limit: number; headroom: number; reserved: number; settled: number };

/**
 * What a balance counts beside money. It counts both units even if its budget limits only one; the
 * limit of the other is 0 and decides nothing.
 */
export type Counters = Record<CountUnit, Counter>;

/** What an entry counts beside money. */
export type EntryCounts = {
  /** The most tokens that the request may use, held while it is `reserved`. 0 for a charge. */
  tokens: number;
  /** Positions of the entry's balances that count it. */
  positions: number[];
};

/** What a change of an entry does to the counters of a balance. Headroom falls by the sum. */
export type CountMove = {
  reservedBy: CountsByUnit;
  settledBy: CountsByUnit;
  /** The headroom that the balance must have in each unit that decides. */
  needed?: CountLimits | undefined;
};

/** The same for each unit. */
export const eachUnit = <Value>(valueOf: (unit: CountUnit) => Value): Record<CountUnit, Value> => ({
  requests: valueOf('requests'),
  tokens: valueOf('tokens'),
});

/** The counters of a balance in which nothing has been counted yet. */
export const untouchedCounters = (limits: CountLimits): Counters =>
  eachUnit((unit) => {
    const limit = limits[unit] ?? 0;
    return { limit, headroom: limit, reserved: 0, settled: 0 };
  });

/** The sum of several moves of one balance. */
export const sumOfMoves = (moves: readonly (CountMove | undefined)[]): CountMove | undefined =>
  moves.reduce(
    (sum, move) =>
      sum && move
        ? {
            reservedBy: eachUnit((unit) => sum.reservedBy[unit] + move.reservedBy[unit]),
            settledBy: eachUnit((unit) => sum.settledBy[unit] + move.settledBy[unit]),
          }
        : (sum ?? move),
    undefined,
  );

/** Counters after a move. */
export const movedCounters = (counters: Counters, { reservedBy, settledBy }: CountMove): Counters =>
  eachUnit((unit) => {
    const { limit, headroom, reserved, settled } = counters[unit];
    return {
      limit,
      headroom: headroom - reservedBy[unit] - settledBy[unit],
      reserved: reserved + reservedBy[unit],
      settled: settled + settledBy[unit],
    };
  });
