import { expect, test } from 'vitest';
import {
  idFor,
  keptName,
  nameFault,
  nameWithId,
  scopeKey,
} from '../../../domain/naming/display-name.ts';
import { isScopeId } from '../../../domain/scopes.ts';

test.each([
  'R&D',
  "O'Brien",
  'sales (EMEA)',
  '人事部',
  'قسم المبيعات',
  'מכירות',
  'Отдел продаж',
  '👩‍💻 Developers',
  '<b>bold</b>',
  '=1+1',
  'Ünïcödé',
  'می‌خواهم',
  'x'.repeat(128),
])('%s is a name', (name) => {
  expect(nameFault(name)).toBeUndefined();
});

test.each([
  ['', 'be seen'],
  [' ', 'be seen'],
  ['\u200B', 'be seen'],
  ['a\u0000', 'control characters'],
  ['a\r\nb', 'control characters'],
  ['a\u2028b', 'line breaks'],
  ['\u202Eevil', 'direction'],
  ['a\u2066b', 'direction'],
  ['\uD800', 'well-formed'],
])('%j is none, and the reason says why', (name, reason) => {
  expect(nameFault(name)).toContain(reason);
});

test('a name is kept composed, without spaces around it or in a row', () => {
  expect(keptName('  Cafe\u0301   au lait ')).toBe('Café au lait');
});

test('a name stands with its id, unless it is the id', () => {
  expect(nameWithId('Human Resources', 'hr')).toBe('Human Resources (hr)');
  expect(nameWithId('hr', 'hr')).toBe('hr');
  expect(nameWithId(undefined, 'hr')).toBe('hr');
});

test.each([
  ['R&D', 'r-and-d'],
  ['Human Resources', 'human-resources'],
  ["O'Brien", 'obrien'],
  ['sales (EMEA)', 'sales-emea'],
  ['-a', 'a'],
  ['Müller & Söhne GmbH', 'müller-and-söhne-gmbh'],
  ['人事 部', '人事-部'],
  ['😀', undefined],
  ['#', undefined],
  ['x'.repeat(200), undefined],
])('%s could have the id %s', (name, id) => {
  expect(idFor(name)).toBe(id);
  if (id !== undefined) expect(isScopeId(id)).toBe(true);
});

test('all forms of a model have one name', () => {
  const [one, other] = ['us.anthropic.claude-sonnet-4-6', 'anthropic.claude-sonnet-4-6'].map(
    (scopeId) => scopeKey({ scope: 'model', scopeId }),
  );
  expect(one).toBe(other);
});
