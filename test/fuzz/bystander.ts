import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalPurser } from '../support/local-purser.ts';
import { SONNET } from '../support/request-bodies.ts';
import { BYSTANDER_KEY } from './organizations.ts';

const HEADERS = { authorization: `Bearer ${BYSTANDER_KEY}` };
const LIMIT_MS = 20_000;

/** How long it took to aggregate and to stop the bystander's spend. */
export type Bystanding = { summedMs: number; stoppedMs: number };

/**
 * Spends above a threshold in another organization.
 * @throws Error if the spend is not aggregated, or the spender not shut down, in time
 */
export async function bystand(purser: LocalPurser, userId: string): Promise<Bystanding> {
  const threshold = { name: 'emergency', amountUsd: '5', period: 'daily', action: 'shutdown' };
  await ask(purser, 'PUT', `/v1/thresholds/user/${userId}`, { levels: [threshold] });
  const started = performance.now();
  const request = { system: 'relaycore', userId, model: SONNET, inputTokens: 1_000_000 };
  const { reservationId } = await ask(purser, 'POST', '/v1/reservations', request);
  const usage = { inputTokens: 1_000_000, outputTokens: 300_000 };
  await ask(purser, 'POST', `/v1/reservations/${String(reservationId)}/settle`, { usage });
  const path = `/v1/usage?userId=${userId}`;
  const summedMs = await until(started, 'usage of a bystander was not recorded', async () => {
    const { items } = await ask(purser, 'GET', path);
    return (items as unknown[]).length > 0;
  });
  const stoppedMs = await until(started, 'a bystander was not shut down', async () => {
    const answer = await purser.call('POST', '/v1/reservations', request, HEADERS);
    return answer.status === 429;
  });
  return { summedMs, stoppedMs };
}

async function ask(
  purser: LocalPurser,
  method: string,
  path: string,
  body?: unknown,
): Promise<Record<string, unknown>> {
  const answer = await purser.call(method, path, body, HEADERS);
  if (answer.status < 300) return answer.body;
  throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}

async function until(
  started: number,
  failure: string,
  isDone: () => Promise<boolean>,
): Promise<number> {
  for (;;) {
    if (await isDone()) return Math.round(performance.now() - started);
    if (performance.now() - started > LIMIT_MS) {
      throw new Error(`${failure} within ${LIMIT_MS / 1_000} s`);
    }
    await sleep(100);
  }
}
