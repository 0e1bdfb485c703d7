import { describe, expect, test } from 'vitest';
import { departmentOf, type DirectoryEntry } from '../../../domain/members/directory.ts';

const entry = (facts: Partial<DirectoryEntry> = {}): DirectoryEntry => ({
  unknownUsers: undefined,
  user: undefined,
  claimed: undefined,
  ...facts,
});
const user = (...departments: string[]) => ({ user: { userId: 'ada', departments } });
const both = { ...user('research', 'sales'), claimed: ['law'] };

/** The request's department, the directory's entry, and the department that is charged. */
const CHARGED: [string | undefined, Partial<DirectoryEntry>, string | undefined][] = [
  [undefined, {}, undefined],
  ['law', {}, 'law'],
  ['law', { unknownUsers: 'allow' }, 'law'],
  [undefined, both, 'research'],
  ['sales', both, 'sales'],
  [undefined, { claimed: ['law', 'tax'] }, 'law'],
  ['tax', { claimed: ['law', 'tax'], unknownUsers: 'refuse' }, 'tax'],
  [undefined, { ...user(), claimed: ['law'] }, undefined],
  [undefined, { claimed: [] }, undefined],
  ['research', { ...user('research'), unknownUsers: 'refuse' }, 'research'],
];

describe('the department that a request is charged to', () => {
  test.each(CHARGED)('of %j with %j is %j', (departmentId, facts, charged) => {
    expect(departmentOf({ userId: 'ada', departmentId }, entry(facts))).toEqual({
      departmentId: charged,
    });
  });

  test.each<[Partial<DirectoryEntry>, string | undefined]>([
    [both, 'research'],
    [user(), undefined],
    // Only a claim leaves the organization's default in force.
    [{ claimed: [] }, 'default'],
    [{}, 'default'],
  ])('of a request that left it out, with %j, is %j', (facts, charged) => {
    const request = { userId: 'ada', departmentId: 'default', given: { departmentId: undefined } };
    expect(departmentOf(request, entry(facts))).toEqual({ departmentId: charged });
  });

  test('that a caller spelled in another way is named, not left out', () => {
    const request = { userId: 'ada', departmentId: 'sales', given: { departmentId: 'Sales' } };
    expect(departmentOf(request, entry(both))).toEqual({ departmentId: 'sales' });
    const otherSpelling = { userId: 'ada', departmentId: 'sales', given: {} };
    expect(departmentOf(otherSpelling, entry(both))).toEqual({ departmentId: 'sales' });
  });

  test.each<[string | undefined, Partial<DirectoryEntry>, string, string]>([
    [undefined, { unknownUsers: 'refuse' }, 'userId', 'ada is not in the directory'],
    ['law', both, 'departmentId', 'must be a department of ada (research, sales)'],
    ['law', user(), 'departmentId', 'must be a department of ada (none)'],
    ['sales', { claimed: ['law'] }, 'departmentId', 'must be a department of ada (law)'],
  ])('refuses %j with %j, naming %s', (departmentId, facts, field, message) => {
    const refusal = departmentOf({ userId: 'ada', departmentId }, entry(facts));
    expect(refusal).toEqual({ field, message: expect.stringContaining(message) });
  });
});
