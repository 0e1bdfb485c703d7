const LEAST = 1e-6;

/** A figure as people read it: four significant digits, and 0 for what is less than a millionth. */
export const rounded = (value: number): number =>
  Math.abs(value) < LEAST ? 0 : Number(value.toPrecision(4));
