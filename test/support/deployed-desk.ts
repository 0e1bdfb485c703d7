import { afterAll, beforeAll, expect } from 'vitest';
import { type Deployed, deployAll } from './deployed.ts';
import { type EmbeddedStore, startEmbeddedStore } from './embedded-store.ts';
import { type Answer, call } from './http-event.ts';
import { MODEL } from './reserving.ts';

type Asked = Parameters<typeof call>[2];

/** All HTTP functions on one store per test file, with helpers to call them. */
export function deployedDesk() {
  let store: EmbeddedStore;
  let deployed: Deployed;
  beforeAll(async () => {
    store = await startEmbeddedStore();
    deployed = await deployAll(store);
  });
  afterAll(async () => {
    await deployed.close();
    await store.close();
  });

  const ask = async (routeKey: string, asked: Asked): Promise<Answer> =>
    call(await deployed.handlerOf(routeKey), routeKey, asked);

  /** Expects success. */
  async function ok(routeKey: string, asked: Asked): Promise<Answer> {
    const answer = await ask(routeKey, asked);
    expect(answer.status, `${routeKey}: ${answer.text}`).toBeLessThan(300);
    return answer;
  }

  const budget = (organizationId: string, scope: string, scopeId: string, limitUsd: string) =>
    ok('PUT /v1/budgets/{scope}/{scopeId}/{period}', {
      organizationId,
      params: { scope, scopeId, period: 'daily' },
      body: { limitUsd },
    });

  return { store: () => store, ask, ok, budget };
}

export const requestBy = (userId: string, over: object = {}) => ({
  system: 'relaycore',
  userId,
  model: MODEL,
  inputTokens: 1_000,
  maxOutputTokens: 100,
  ...over,
});
