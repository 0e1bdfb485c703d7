import fc from 'fast-check';
import { expect, it } from 'vitest';
import { median, medianOfAscending } from '../../../domain/series/robust.ts';
import { createSlidingWindow } from '../../../domain/series/sliding-window.ts';

it('holds the latest values in ascending order, whatever they are', () => {
  const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.double({ noNaN: true })));
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 8 }), (series, size) => {
      const window = createSlidingWindow(size);
      for (const [index, value] of series.entries()) {
        window.add(value);
        const latest = series.slice(Math.max(0, index + 1 - size), index + 1);
        expect(window.ascending.map(plain)).toEqual(latest.map(plain).toSorted((a, b) => a - b));
        expect(medianOfAscending(window.ascending)).toBe(median(latest));
      }
    }),
  );
});

/** Zero has no sign here. */
const plain = (value: number): number => value + 0;
