import { describe, expect, test } from 'vitest';
import { base64UrlToText, textToBase64Url } from '../../domain/base64url.ts';

describe('base64url', () => {
  test.each(['', 'a', 'ab', 'abc', 'grüße', '😀', '\ufeff[1]', '>>>???~~~'])(
    'writes %j as Node.js does',
    (text) => {
      const written = Buffer.from(text).toString('base64url');
      expect(textToBase64Url(text)).toBe(written);
      expect(base64UrlToText(written)).toBe(text);
    },
  );

  test.each(['YQ==', 'Y Q', 'a+b/', '_w', 'A'])('does not read %j', (written) => {
    expect(base64UrlToText(written)).toBeUndefined();
  });
});
