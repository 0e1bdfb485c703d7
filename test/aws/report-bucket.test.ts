import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLocalObjects } from '../support/local-objects.ts';

let objects: Awaited<ReturnType<typeof startLocalObjects>>;
beforeAll(async () => {
  objects = await startLocalObjects();
});
afterAll(() => objects.stop());

test('a file that comes in pieces is stored whole, with its name and its size', async () => {
  // Incompressible, so that it is uploaded in several parts.
  const pieces = Array.from({ length: 12 }, () => randomBytes(600_000).toString('base64'));
  const file = { objectKey: 'acme/1/costs.csv.gz', fileName: 'costs.csv.gz' };
  const { bytes } = await objects.bucket.upload(piecesOf(pieces), file);
  expect(bytes).toBeGreaterThan(5 * 1024 * 1024);
  expect(await objects.read(file.objectKey)).toBe(pieces.join(''));
  const answer = await fetch(await objects.bucket.link(file.objectKey, 60));
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="costs.csv.gz"');
  expect(answer.headers.get('content-type')).toBe('application/gzip');
  expect(Number(answer.headers.get('content-length'))).toBe(bytes);
});

test.each([1, 20])('a file that breaks off after %i pieces is not there', async (count) => {
  const file = { objectKey: `acme/${count}/broken.csv.gz`, fileName: 'broken.csv.gz' };
  async function* breaking(): AsyncGenerator<string> {
    for (let piece = 0; piece < count; piece += 1) yield randomBytes(600_000).toString('base64');
    await Promise.reject(new Error('the store is gone'));
  }
  await expect(objects.bucket.upload(breaking(), file)).rejects.toThrow('the store is gone');
  expect(await objects.read(file.objectKey)).toBeUndefined();
});

async function* piecesOf(pieces: string[]): AsyncGenerator<string> {
  for (const piece of pieces) yield await Promise.resolve(piece);
}
