import { expect, it } from 'vitest';
import { createPurser } from '../../client/purser.ts';

const broken = (): Response =>
  new Response(new ReadableStream({ start: (body) => body.error(new TypeError('closed')) }));

it('repeats a call whose answer breaks off, and ends with its reason', async () => {
  let attempts = 0;
  const purser = createPurser({
    url: 'http://purser.test',
    key: 'a-key',
    retries: 1,
    fetch: async () => {
      attempts += 1;
      return broken();
    },
  });
  await expect(purser.void('r-1')).rejects.toMatchObject({ name: 'PurserError', status: 0 });
  expect(attempts).toBe(2);
});

it('repeats no call after its signal', async () => {
  const stop = new AbortController();
  let attempts = 0;
  const purser = createPurser({
    url: 'http://purser.test',
    key: 'a-key',
    retries: 14,
    signal: stop.signal,
    fetch: async () => {
      attempts += 1;
      stop.abort();
      return broken();
    },
  });
  await expect(purser.void('r-1')).rejects.toMatchObject({ status: 0 });
  expect(attempts).toBe(1);
});
