import { expect, it } from 'vitest';
import { pricedModels } from '../../../lab/replay/priced-models.ts';

const modelsOf = (fetch: (address: string) => Promise<Response>): Promise<string[]> =>
  pricedModels({ url: 'http://purser.test', key: 'a-key', fetch });

it('reads all pages', async () => {
  const models = await modelsOf(async (address) =>
    address.includes('cursor=2')
      ? Response.json({ items: [{ model: 'second' }] })
      : Response.json({ items: [{ model: 'first' }], nextCursor: '2' }),
  );
  expect(models).toEqual(['first', 'second']);
});

it.each<[string, () => Response, string]>([
  ['refuses the key', () => Response.json({}, { status: 401 }), 'refuses this key: give --key'],
  ['fails', () => new Response('', { status: 503 }), 'does not list its models: HTTP 503'],
  ['is another', () => new Response('<html>'), "http://purser.test is not Purser's API"],
  ['cannot be reached', () => Response.error(), 'Nothing answers at http://purser.test'],
])('says what to do if the server %s', async (_name, answer, message) => {
  await expect(
    modelsOf(async () => {
      const response = answer();
      if (response.type === 'error') throw new TypeError('fetch failed');
      return response;
    }),
  ).rejects.toThrow(message);
});
