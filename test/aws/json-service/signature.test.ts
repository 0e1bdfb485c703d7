import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSigner } from '../../../aws/json-service/signature.ts';

/** Node's hashes in the form that the SDK's signer takes. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Uint8Array);
  }

  update(part: string | Uint8Array): void {
    this.#hash.update(part);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {}
}

const word = fc.stringMatching(/^[A-Za-z0-9_.-]{1,30}$/);
const secret = fc.stringMatching(/^[A-Za-z0-9/+=]{1,60}$/);
const requests = fc.record({
  service: fc.constantFrom('dynamodb', 'sqs', 'bedrock'),
  path: fc.constantFrom(
    '/',
    '/openai/v1/chat/completions',
    `/model/${encodeURIComponent('anthropic.claude-haiku-4-5-20251001-v1:0')}/converse`,
    `/model/${encodeURIComponent("arn:aws:bedrock:us-east-1:1:x/a (b)*!'")}/invoke`,
  ),
  region: fc.constantFrom('us-east-1', 'eu-central-1', 'ap-southeast-2'),
  host: fc.constantFrom('dynamodb.us-east-1.amazonaws.com', '127.0.0.1:8000'),
  target: word,
  body: fc.oneof(fc.json(), fc.string({ unit: 'grapheme', maxLength: 400 })),
  nowMs: fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2100, 0) }),
  credentials: fc.record(
    { accessKeyId: word, secretAccessKey: secret, sessionToken: secret },
    { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
  ),
});

test("signatures are those of the SDK's signer", async () => {
  await fc.assert(
    fc.asyncProperty(requests, async ({ service, region, host, target, path, body, ...given }) => {
      const { credentials, nowMs } = given;
      const headers = {
        host,
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': target,
      };
      const sign = createSigner({ service, region });
      const own = sign({ path, headers, body }, credentials, nowMs);
      const sdk = new SignatureV4({
        service,
        region,
        credentials,
        sha256: Sha256,
        applyChecksum: false,
      });
      const request = { method: 'POST', protocol: 'https:', hostname: host, path, body };
      const signed = await sdk.sign(
        { ...request, query: {}, headers: { ...headers } },
        { signingDate: new Date(nowMs) },
      );
      expect(own).toEqual(signed.headers);
      // The key of the day is kept, but never for another day or another secret.
      const later = nowMs + 86_400_000;
      const others = { ...credentials, secretAccessKey: `${credentials.secretAccessKey}x` };
      expect(sign({ path, headers, body }, credentials, later)).toEqual(
        createSigner({ service, region })({ path, headers, body }, credentials, later),
      );
      expect(sign({ path, headers, body }, others, later).authorization).not.toBe(
        sign({ path, headers, body }, credentials, later).authorization,
      );
    }),
    { numRuns: 150 },
  );
});
