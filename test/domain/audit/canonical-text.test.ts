import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalText } from '../../../domain/audit/canonical-text.ts';

test('does not depend on the order of keys, absent fields, or how an integer is held', () => {
  expect(canonicalText({ b: 25, a: [1, false, 'x'], c: undefined })).toBe(
    canonicalText({ a: [1n, false, 'x'], b: 25n }),
  );
  expect(canonicalText({ z: { b: 82.5, a: null } })).toBe('{"z":{"a":null,"b":82.5}}');
});

test('tells apart what looks alike', () => {
  const texts = [1, '1', [1], { a: 1 }, null, 'null', {}, [], '', false].map(canonicalText);
  expect(new Set(texts).size).toBe(texts.length);
  expect(canonicalText(-0)).toBe(canonicalText(0));
});

test('loses nothing of a value', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(JSON.parse(canonicalText(JSON.parse(json)))).toEqual(JSON.parse(json));
    }),
  );
});

test.each([Number.NaN, Infinity, new Date(0), new Set([1]), () => 1, Symbol('x')])(
  'refuses what no entry may hold',
  (value) => {
    expect(() => canonicalText({ value })).toThrow('cannot hold');
  },
);
