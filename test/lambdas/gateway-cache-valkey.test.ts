import { expect, it } from 'vitest';
import { createValkeyStore } from '../../aws/valkey-store.ts';
import { startValkey } from '../../lab/bench/caches/valkey-server.ts';
import { cacheOf, CHAT, openCacheDesk } from '../support/cache-desk.ts';
import { GPT } from '../local/bedrock/stand-in.ts';

const { desk, ask, calls, invalidate } = openCacheDesk();
const body = { model: GPT, messages: [{ role: 'user', content: 'Hello' }], temperature: 0 };

it('answers come from Valkey, are cleared there, and calls go on when it is gone', async () => {
  const server = await startValkey();
  const store = createValkeyStore({ url: server.url, onError: () => undefined });
  /** Each process remembers nothing of the one before. */
  const ofNewProcess = async () => {
    desk.restart(undefined, store);
    const answer = await ask(CHAT, { body });
    return [answer.status, cacheOf(answer)];
  };
  expect(await ofNewProcess()).toEqual([200, 'miss']);
  expect(await ofNewProcess()).toEqual([200, 'hit']);
  const { items } = await desk.db.scan({ table: 'response-cache' });
  const own = items.filter(({ pk }) => pk === desk.organizationId);
  expect(own.filter(({ sk }) => String(sk).startsWith('answer#'))).toEqual([]);
  // The list of what was cleared is in the table, so no function has to reach the server.
  expect(await invalidate('*')).toBe(0);
  expect(await ofNewProcess()).toEqual([200, 'miss']);
  expect(await ofNewProcess()).toEqual([200, 'hit']);
  await server.stop();
  expect(await ofNewProcess()).toEqual([200, 'miss']);
  expect(calls()).toBe(3);
  store.close();
});
