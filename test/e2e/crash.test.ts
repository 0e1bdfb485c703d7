import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type LocalPurser, startPurser } from '../support/local-purser.ts';

const dataDirectory = mkdtempSync(join(tmpdir(), 'purser-crash-'));
const CLIENTS = 16;
let purser: LocalPurser | undefined;

afterAll(async () => {
  await purser?.stop();
  rmSync(dataDirectory, { recursive: true, force: true });
});

const request = (userId: string) => ({
  system: 'relaycore',
  userId,
  model: 'amazon.nova-lite-v1:0',
  inputTokens: 500,
  maxOutputTokens: 200,
});

describe('a SIGKILL in the middle of load', () => {
  it('loses no acknowledged reservation or settlement, twice', async () => {
    const acknowledged = new Map<string, 'reserved' | 'settled'>();
    purser = await startPurser({ dataDirectory });
    await purser.put('/v1/budgets/organization/acme/monthly', { limitUsd: '1000' });

    for (const killAt of [100, 200]) {
      const current: LocalPurser = purser;
      const crash = new AbortController();
      const clients = Array.from({ length: CLIENTS }, async (_, client) => {
        while (!crash.signal.aborted) {
          try {
            const reserved = await current.post('/v1/reservations', request(`u${client}`));
            if (reserved.status !== 201) continue;
            const id = String(reserved.body['reservationId']);
            acknowledged.set(id, 'reserved');
            const settled = await current.post(`/v1/reservations/${id}/settle`, {
              usage: { inputTokens: 500, outputTokens: 100 },
            });
            if (settled.status === 200) acknowledged.set(id, 'settled');
          } catch {
            // The connection broke with the process, so nothing was acknowledged.
          }
        }
      });
      while (acknowledged.size < killAt) await new Promise((resolve) => setTimeout(resolve, 10));
      await current.kill();
      crash.abort();
      await Promise.all(clients);
      purser = await startPurser({ dataDirectory });
    }

    const wrong: string[] = [];
    for (const [id, state] of acknowledged) {
      const { status, body } = await purser.get(`/v1/reservations/${id}`);
      const kept = status === 200 && (state === 'reserved' || body['state'] === 'settled');
      if (!kept) wrong.push(`${id} was ${state}, is ${status} ${String(body['state'])}`);
    }
    expect(wrong).toEqual([]);
    expect((await purser.checkLedger()).violations).toEqual([]);

    // A settlement interrupted between its wallet and its entry completes when its hold ends.
    for (let quarter = 0; quarter < 2; quarter += 1) {
      await purser.post('/_local/clock', { advanceMs: 15 * 60_000 });
      await purser.drain();
    }
    const today = new Date(await purser.now()).toISOString().slice(0, 10);
    const report = await purser.get<{ totalUsd: string }>(
      `/v1/reports/costs?from=${today}&groupBy=user`,
    );
    const budget = await purser.get('/v1/budgets/organization/acme/monthly');
    expect(report.body.totalUsd).toBe(budget.body['settledUsd']);
  });
});
