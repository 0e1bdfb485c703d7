import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalPurser, startPurser } from '../support/local-purser.ts';
import { ALL_ROUTES, bodyOf, pathOf } from '../support/refused-cases.ts';
import { SONNET } from '../support/request-bodies.ts';

const request = { system: 'relaycore', userId: 'ada', model: SONNET, inputTokens: 100 };
let purser: LocalPurser;

beforeAll(async () => {
  // Ignores the signal from the start, so that a write over the limit fails instead of killing the
  // process.
  purser = await startPurser({ wrapper: ['bash', '-c', 'trap "" XFSZ; exec "$@"', 'bash'] });
});
afterAll(async () => {
  if (purser) limitFiles('unlimited');
  await purser?.stop();
});

/** Limits the size in bytes of every file of the run and its store. */
function limitFiles(bytes: string): void {
  // The store may have ended and started again, while its note of the process could not be written.
  const children = execFileSync('pgrep', ['--parent', String(purser.pid)], { encoding: 'utf8' });
  for (const pid of [String(purser.pid), ...children.trim().split('\n')]) {
    execFileSync('prlimit', ['--pid', pid, `--fsize=${bytes}:unlimited`]);
  }
}

test('a disk that takes no more writes is told by 503 problems and by the deep health', async () => {
  expect((await purser.post('/v1/reservations', request)).status).toBe(201);
  expect((await purser.get('/health/deep')).body).toMatchObject({ status: 'ok' });

  limitFiles('1');
  for (const [id, route] of ALL_ROUTES) {
    if (route.roles === 'public') continue;
    const body: unknown = route.body ? JSON.parse(bodyOf(id)) : undefined;
    const answer = await purser.call(route.method, pathOf(route), body);
    const told = [id, answer.status, JSON.stringify(answer.body).slice(0, 200)];
    expect(answer.status === 503 || answer.status < 500, told.join(' ')).toBe(true);
    if (answer.status < 400) continue;
    expect(answer.headers.get('content-type'), id).toMatch(/^application\/problem\+json/);
  }
  const refused = await purser.post('/v1/reservations', request);
  expect(refused.status).toBe(503);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  await expect
    .poll(async () => (await purser.get('/health/deep')).body, { timeout: 20_000, interval: 500 })
    .toMatchObject({
      status: 'unavailable',
      checks: [{ name: 'ledger' }, { name: 'writes', status: 'unavailable' }],
    });

  limitFiles('unlimited');
  await expect
    .poll(async () => (await purser.post('/v1/reservations', request)).status, { timeout: 20_000 })
    .toBe(201);
  expect((await purser.get('/health/deep')).status).toBe(200);
  await purser.drain();
  expect((await purser.checkLedger()).violations).toEqual([]);
}, 180_000);
