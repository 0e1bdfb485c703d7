import { type RunSlices, SLICE_SHARES } from './run-slices.ts';

/** Values of a characteristic function at the window's frequencies 0, 1, … */
export type Characteristic = { real: Float64Array; imaginary: Float64Array };

/** The number of places in the window where a sum can be, and of the frequencies they need. */
export const PLACES = 384;
const FREQUENCIES = PLACES / 2;

const COSINES = Float64Array.from({ length: PLACES }, (_, i) =>
  Math.cos((2 * Math.PI * i) / PLACES),
);

/** The function of a fixed amount. */
export function ofConstant(amount: number, width: number): Characteristic {
  const constant = nothing();
  addTurning(constant, 1, amount, width);
  return constant;
}

/** The function of the amounts that slices represent. */
export function ofSlices(slices: RunSlices, width: number): Characteristic {
  const sum = nothing();
  for (const [index, share] of SLICE_SHARES.entries()) {
    addTurning(sum, share, slices[index] ?? 0, width);
  }
  return sum;
}

/** The function of the sum of two independent amounts. */
export function times(a: Characteristic, b: Characteristic): Characteristic {
  const product = nothing();
  for (let f = 0; f < FREQUENCIES; f += 1) {
    const ar = a.real[f] ?? 0;
    const ai = a.imaginary[f] ?? 0;
    const br = b.real[f] ?? 0;
    const bi = b.imaginary[f] ?? 0;
    product.real[f] = ar * br - ai * bi;
    product.imaginary[f] = ar * bi + ai * br;
  }
  return product;
}

/** The function of an amount that occurs with a probability and is 0 otherwise. */
export function withProbability(amount: Characteristic, probability: number): Characteristic {
  if (probability === 1) return amount;
  const mixture = nothing();
  for (let f = 0; f < FREQUENCIES; f += 1) {
    mixture.real[f] = 1 - probability + probability * (amount.real[f] ?? 0);
    mixture.imaginary[f] = probability * (amount.imaginary[f] ?? 0);
  }
  return mixture;
}

/** The function of the sum of `count` ≥ 1 independent amounts, by repeated squaring. */
export function power(base: Characteristic, count: number): Characteristic {
  let result: Characteristic | undefined;
  let square = base;
  for (let left = count; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = result ? times(result, square) : square;
    if (left > 1) square = times(square, square);
  }
  return result ?? base;
}

/**
 * Cumulative probabilities at the ends of the window's places. Smooths the inversion by one place
 * (a Gaussian), so that amounts between places cause no ripples.
 */
export function cumulative({ real, imaginary }: Characteristic): Float64Array {
  const smooth = Float64Array.from({ length: FREQUENCIES }, (_, frequency) =>
    Math.exp(-0.5 * ((2 * Math.PI * frequency) / PLACES) ** 2),
  );
  const sums = new Float64Array(PLACES);
  let sum = 0;
  for (let place = 0; place < PLACES; place += 1) {
    let density = 1;
    for (let frequency = 1; frequency < FREQUENCIES; frequency += 1) {
      const at = (frequency * place) % PLACES;
      const cosine = COSINES[at] ?? 0;
      const sine = COSINES[(at + (3 * PLACES) / 4) % PLACES] ?? 0;
      density +=
        2 *
        (smooth[frequency] ?? 0) *
        ((real[frequency] ?? 0) * cosine + (imaginary[frequency] ?? 0) * sine);
    }
    sum += density / PLACES;
    sums[place] = sum;
  }
  return sums;
}

const nothing = (): Characteristic => ({
  real: new Float64Array(FREQUENCIES),
  imaginary: new Float64Array(FREQUENCIES),
});

/**
 * Adds the contribution of one amount: a complex number that rotates by the same angle from place
 * to place.
 */
function addTurning(sum: Characteristic, share: number, amount: number, width: number): void {
  const { real: reals, imaginary: imaginaries } = sum;
  const angle = (2 * Math.PI * amount) / width;
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  let real = share;
  let imaginary = 0;
  for (let frequency = 0; frequency < FREQUENCIES; frequency += 1) {
    reals[frequency] = (reals[frequency] ?? 0) + real;
    imaginaries[frequency] = (imaginaries[frequency] ?? 0) + imaginary;
    const turned = real * cosine - imaginary * sine;
    imaginary = real * sine + imaginary * cosine;
    real = turned;
  }
}
