import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { CommandError } from '../../../bin/tools/command-line.ts';

/** Times since the answer to a settlement or reversal. */
export type ControlTimes = {
  downgradedMs: number;
  refusedMs: number;
  alertedMs: number;
  freedMs: number;
};

const MODEL = 'anthropic.claude-sonnet-4-6';
/** Keeps the hourly spend of all users together from throttling them too. */
const severity = 'critical';
const PAUSE_MS = 20;
const GIVEN_UP_MS = 120_000;

const decided = z.object({ reservationId: z.string().optional(), decision: z.string() });
const controls = z.object({
  items: z.array(z.object({ controlId: z.string(), scopeId: z.string() })),
});
const inbox = z.object({
  items: z.array(z.object({ subject: z.string().optional(), message: z.string().optional() })),
});

/** Lets users exceed their thresholds one by one, and times the reactions. */
export async function measureControls(
  { url, key }: { url: string; key: string },
  users: number,
  onProgress: (done: number, note: string) => void,
): Promise<ControlTimes[]> {
  const call = callerOf(url, key);

  async function reserve(userId: string) {
    const { json } = await call('POST', '/v1/reservations', {
      system: 'relaycore',
      userId,
      // Costs far above the hold raise the holds of their route, and so what a cheaper model holds.
      operation: userId,
      model: MODEL,
      inputTokens: 1_000,
      maxOutputTokens: 100,
      severity,
    });
    return decided.parse(json);
  }

  async function spend(userId: string, actualCostUsd: string): Promise<void> {
    const { reservationId } = await reserve(userId);
    const { status } = await call('POST', `/v1/reservations/${reservationId ?? ''}/settle`, {
      usage: { inputTokens: 1_000, outputTokens: 50 },
      actualCostUsd,
    });
    if (status !== 200) throw new CommandError(`a settlement was answered ${status}`);
  }

  const isDecided = (userId: string, decision: string) => async (): Promise<boolean> =>
    (await reserve(userId)).decision === decision;

  const isAlerted = (userId: string) => async (): Promise<boolean> => {
    const { items } = inbox.parse((await call('GET', '/_local/inbox')).json);
    // One message lists everything that is reached at a time, under the name of one scope.
    return items.some(
      ({ subject = '', message = '' }) =>
        subject.includes(`Emergency: user ${userId} spent`) ||
        message.includes(`user ${userId}, emergency:`),
    );
  };

  async function timesOf(userId: string): Promise<ControlTimes> {
    await spend(userId, '10.50');
    const downgradedMs = await until(`${userId} is throttled`, isDecided(userId, 'downgrade'));
    await spend(userId, '15.00');
    const settledMs = performance.now();
    const [refusedMs, alertedMs] = await Promise.all([
      until(`${userId} is refused`, isDecided(userId, 'reject'), settledMs),
      until(`${userId} is alerted on`, isAlerted(userId), settledMs),
    ]);
    const { items } = controls.parse((await call('GET', '/v1/controls?limit=500')).json);
    const control = items.find(({ scopeId }) => scopeId === userId);
    const path = `/v1/controls/${control?.controlId ?? ''}/reverse`;
    await call('POST', path, { reason: 'the benchmark goes on' });
    const freedMs = await until(`${userId} is free again`, isDecided(userId, 'proceed'));
    return { downgradedMs, refusedMs, alertedMs, freedMs };
  }

  const times: ControlTimes[] = [];
  for (let user = 0; user < users; user += 1) {
    times.push(await timesOf(`spender-${user}`));
    onProgress(user + 1, '');
  }
  return times;
}

const callerOf =
  (url: string, key: string) =>
  async (
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; json: unknown }> => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, json: await response.json() };
  };

/** Milliseconds from `sinceMs` until it is seen. */
async function until(
  what: string,
  isSeen: () => Promise<boolean>,
  sinceMs = performance.now(),
): Promise<number> {
  while (!(await isSeen())) {
    if (performance.now() - sinceMs > GIVEN_UP_MS) {
      throw new CommandError(`After ${GIVEN_UP_MS / 1_000} s it was not seen that ${what}.`);
    }
    await sleep(PAUSE_MS);
  }
  return performance.now() - sinceMs;
}
