/** The latest values of a series, in ascending order. */
export type SlidingWindow = {
  /** Replaces the oldest value if the window is full. The value must not be `NaN`. */
  add(value: number): void;
  /** The current values, lowest first. Changes with the next `add`. */
  ascending: readonly number[];
};

/** A window of the latest `size` values. Adding one moves the others instead of sorting them again. */
export function createSlidingWindow(size: number): SlidingWindow {
  const ascending: number[] = [];
  /** A ring: once it is full, `oldest` is the place of the value to replace. */
  const latest: number[] = [];
  let oldest = 0;
  return {
    ascending,
    add(value) {
      if (latest.length < size) {
        latest.push(value);
      } else {
        ascending.splice(rankOf(latest[oldest] ?? 0, ascending), 1);
        latest[oldest] = value;
        oldest = (oldest + 1) % size;
      }
      ascending.splice(rankOf(value, ascending), 0, value);
    },
  };
}

/** How many of ascending values are lower than this one. */
function rankOf(value: number, ascending: readonly number[]): number {
  let from = 0;
  let to = ascending.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] ?? 0) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}
