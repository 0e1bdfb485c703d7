import { describe, expect, test } from 'vitest';
import { identifier } from '../../contracts/fields.ts';

describe('an identifier', () => {
  test.each([
    'ada',
    'ada@example.com',
    'auth0|5f7c8ec7c33c6c004bbafe82',
    'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/a1b2',
    'ключ@пример.рф',
    'd/with/slash',
    'x'.repeat(128),
  ])('may be %s', (text) => {
    expect(identifier.parse(text)).toBe(text);
  });

  test.each(['', 'a#b', 'a b', 'a%20b', '|a', '(none)', 'a\u0000', 'e\u0301', 'x'.repeat(129)])(
    'may not be %j',
    (text) => {
      expect(identifier.safeParse(text).success).toBe(false);
    },
  );
});
