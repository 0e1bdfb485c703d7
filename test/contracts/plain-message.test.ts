import { expect, test } from 'vitest';
import * as z from 'zod';
import { plainMessage } from '../../contracts/plain-message.ts';

const schema = z.object({
  hour: z.int().min(0).max(23),
  share: z.number().positive(),
  to: z.array(z.string().min(1)).min(1).max(2),
  format: z.enum(['csv', 'json']),
  currency: z.literal('USD'),
  name: z.string().max(3, 'is too long for a label'),
  by: z.union([z.literal('record'), z.enum(['user', 'model'])], 'must be record, user or model'),
});
const good = {
  hour: 1,
  share: 0.5,
  to: ['a'],
  format: 'csv',
  currency: 'USD',
  name: 'a',
  by: 'user',
};

test.each([
  [{ hour: 24 }, 'must be at most 23'],
  [{ hour: -1 }, 'must be at least 0'],
  [{ hour: '1' }, 'must be a number'],
  [{ hour: 1.5 }, 'must be a whole number'],
  [{ share: 0 }, 'must be more than 0'],
  [{ to: [] }, 'must have at least 1 entry'],
  [{ to: ['a', 'b', 'c'] }, 'must have at most 2 entries'],
  [{ to: [''] }, 'must have at least 1 character'],
  [{ to: 'a' }, 'must be a list'],
  [{ format: 'xml' }, 'must be one of csv, json'],
  [{ currency: 'EUR' }, 'must be USD'],
  [{ name: 'long' }, 'is too long for a label'],
  [{ name: 5 }, 'must be text'],
  [{ by: 'day' }, 'must be record, user or model'],
])('of %j it is said in plain words what is wrong', (change, message) => {
  const { error } = schema.safeParse({ ...good, ...change }, { error: plainMessage });
  expect(error?.issues.map((issue) => issue.message)).toEqual([message]);
});
