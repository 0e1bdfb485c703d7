import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  answersOf,
  literalStart,
  matchesPattern,
  nameOf,
} from '../../../domain/caching/pattern.ts';

const part = fc.string({ unit: fc.constantFrom('a', 'b', '*', '/', '%', '2', 'é'), maxLength: 6 });
const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '/'), maxLength: 8 });
const name = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 10 });

describe('a pattern', () => {
  it('matches as a regular expression of the same meaning does', () => {
    fc.assert(
      fc.property(pattern, name, (stars, text) => {
        const expected = new RegExp(`^${stars.replaceAll('*', '.*')}$`).test(text);
        expect(matchesPattern(stars, text)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it('only matches names that begin with its literal start', () => {
    fc.assert(
      fc.property(pattern, name, (stars, text) => {
        if (matchesPattern(stars, text)) expect(text.startsWith(literalStart(stars))).toBe(true);
      }),
    );
  });

  it('takes no time for a pattern that makes regular expressions slow', () => {
    const startedMs = performance.now();
    expect(matchesPattern(`${'a*'.repeat(200)}b`, 'a'.repeat(5_000))).toBe(false);
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});

describe('names', () => {
  it('of different parts differ, whatever is in the parts', () => {
    fc.assert(
      fc.property(part, part, part, part, (one, two, three, four) => {
        const isSame = one === three && two === four;
        expect(nameOf(one, two) === nameOf(three, four)).toBe(isSame);
      }),
    );
  });

  it('of a system and an operation match the pattern for these, and no other', () => {
    fc.assert(
      fc.property(part, part, part, part, (system, operation, other, otherOperation) => {
        const text = nameOf(system, operation, 'hash', 'whole');
        expect(matchesPattern(answersOf({ system: other }), text)).toBe(system === other);
        expect(matchesPattern(answersOf({ system: other, operation: otherOperation }), text)).toBe(
          system === other && operation === otherOperation,
        );
        expect(matchesPattern(answersOf({}), text)).toBe(true);
      }),
    );
  });
});
