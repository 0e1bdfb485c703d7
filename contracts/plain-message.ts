import type * as z from 'zod';
import { ownValue } from '../domain/own-value.ts';

type RawIssue = Parameters<z.core.$ZodErrorMap>[0];

const TYPES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** Says in plain words what is wrong with a field, unless its schema has a message of its own. */
export function plainMessage(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${ownValue(TYPES, issue.expected) ?? issue.expected}`;
    case 'invalid_value':
      return issue.values.length === 1
        ? `must be ${String(issue.values[0])}`
        : `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return bound(issue.inclusive === false ? 'more than' : 'at least', issue.minimum, issue);
    case 'too_big':
      return bound(issue.inclusive === false ? 'less than' : 'at most', issue.maximum, issue);
    default:
      return undefined;
  }
}

const COUNTED: Record<string, [singular: string, plural: string]> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
};

/** `must be at most 23`, `must have at least 1 entry`. */
function bound(how: string, limit: number | bigint, { origin }: { origin: string }): string {
  const counted = ownValue(COUNTED, origin);
  if (!counted) return `must be ${how} ${limit}`;
  const [singular, many] = counted;
  return `must have ${how} ${limit} ${Number(limit) === 1 ? singular : many}`;
}
