const LEAST = 1e-6;

/** Rounds for display: four significant digits, and 0 below a millionth. */
export const rounded = (value: number): number =>
  Math.abs(value) < LEAST ? 0 : Number(value.toPrecision(4));
