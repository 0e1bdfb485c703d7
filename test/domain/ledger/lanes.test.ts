import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CHUNK_REQUESTS,
  lanesFor,
  MAX_LANES,
  walletLanesFor,
} from '../../../domain/ledger/lanes.ts';

const rate = fc.double({ min: 0, max: 100_000, noNaN: true });

describe('lanes', () => {
  it.each([
    [0, 1],
    [400, 1],
    [401, 2],
    [4000, 10],
    [5000, 13],
    [6400, 16],
    [50_000, 16],
  ])('splits a budget of %i requests per second into %i homes', (peak, lanes) => {
    expect(lanesFor(peak)).toBe(lanes);
  });

  it.each([
    [0, 1],
    [1.2, 1],
    [1.3, 2],
    [10, 9],
    [500, 16],
  ])('splits the wallet of a user of %d requests per second into %i', (peak, lanes) => {
    expect(walletLanesFor(peak)).toBe(lanes);
  });

  it('asks no home for more than 25 refills per second while there are lanes left', () => {
    fc.assert(
      fc.property(rate, (peak) => {
        const lanes = lanesFor(peak);
        const refillsPerHome = peak / CHUNK_REQUESTS / lanes;
        expect(refillsPerHome <= 25 || lanes === MAX_LANES).toBe(true);
      }),
    );
  });

  it('needs no fewer lanes for more requests', () => {
    fc.assert(
      fc.property(rate, rate, (a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a];
        expect(lanesFor(less)).toBeLessThanOrEqual(lanesFor(more));
        expect(walletLanesFor(less)).toBeLessThanOrEqual(walletLanesFor(more));
      }),
    );
  });
});
