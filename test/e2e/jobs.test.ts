import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';

let purser: BorrowedPurser;
beforeAll(async () => {
  purser = await borrowPurser();
});
afterAll(async () => {
  await purser?.post('/_local/bedrock', { rules: [] });
  await purser?.giveBack();
});

type Shown = {
  jobId: string;
  state: string;
  attempts: number;
  position?: number;
  costUsd?: string;
  reservationId?: string;
  reason?: string;
  result?: { output: { message: { content: { text: string }[] } } };
};

const MODEL = 'claude-haiku-4-5';
const TIMEOUT = { timeout: 60_000, interval: 500 };
const by = (userId: string, over: object = {}) => ({
  system: 'relaycore',
  userId,
  model: MODEL,
  prompt: 'Hello there',
  maxOutputTokens: 100,
  ...over,
});

const limit = async (userId: string, limitUsd: string): Promise<void> => {
  const set = await purser.put(`/v1/budgets/user/${userId}/daily`, { limitUsd });
  expect(set.status).toBe(200);
};

const submit = async (userId: string, over: object = {}, headers = {}): Promise<string> => {
  const sent = await purser.post<Shown>('/v1/jobs', { request: by(userId), ...over }, headers);
  expect(sent.status, JSON.stringify(sent.body)).toBe(202);
  return sent.body.jobId;
};

const job = async (id: string): Promise<Shown> => (await purser.get<Shown>(`/v1/jobs/${id}`)).body;
const ends = (id: string, state: string) =>
  expect.poll(async () => (await job(id)).state, TIMEOUT).toBe(state);

test('a call that can wait is made, and its answer kept with its cost', async () => {
  const id = await submit('ada');
  await ends(id, 'succeeded');
  const { result, costUsd, attempts, reservationId } = await job(id);
  expect(result?.output.message.content[0]?.text).toContain('Hello there');
  expect(attempts).toBe(1);
  const held = await purser.get(`/v1/reservations/${reservationId}`);
  expect(held.body).toMatchObject({ state: 'settled', settledUsd: costUsd });
  const dropped = await purser.call<Shown>('DELETE', `/v1/jobs/${id}`);
  expect(dropped.body).toMatchObject({ state: 'succeeded', costUsd });
  expect((await job(id)).result).toBeUndefined();
});

test('what a budget refuses waits, in the order of two users, and runs once it is raised', async () => {
  await limit('bob', '0.0001');
  const key = { 'idempotency-key': 'waits-1' };
  const request = by('bob', { urgency: 'deferred' });
  const queued = await purser.post<Shown>('/v1/reservations', request, key);
  expect(queued.status, JSON.stringify(queued.body)).toBe(202);
  expect(queued.body).toMatchObject({ decision: 'queue', position: 1 });
  const repeated = await purser.post<Shown>('/v1/reservations', request, key);
  expect(repeated.body.jobId).toBe(queued.body.jobId);
  const other = await purser.post('/v1/reservations', { ...request, operation: 'other' }, key);
  expect(other.status).toBe(409);
  await limit('cem', '0.0001');
  const ofCem = await submit('cem');
  const again = await submit('bob');
  expect((await job(ofCem)).position).toBe(2);
  expect((await job(again)).position).toBe(3);
  const plain = await purser.post('/v1/reservations', by('bob'));
  expect(plain.status).toBe(429);
  await limit('bob', '1');
  await ends(queued.body.jobId, 'succeeded');
  await ends(again, 'succeeded');
  expect((await job(ofCem)).state).toBe('queued');
  const invoked = await purser.post<Shown>('/v1/invocations', by('cem', { urgency: 'deferred' }));
  expect(invoked.status, JSON.stringify(invoked.body)).toBe(202);
  const chat = { model: MODEL, messages: [{ role: 'user', content: 'Hello' }] };
  const told = await purser.post('/openai/v1/chat/completions', chat, {
    'x-purser-user': 'cem',
    'x-purser-urgency': 'deferred',
  });
  expect(told.status).toBe(429);
  expect(JSON.stringify(told.body)).toContain('POST /v1/jobs');
  const listed = await purser.get<{ items: Shown[] }>('/v1/jobs?userId=cem&state=queued');
  expect(listed.body.items.map(({ jobId }) => jobId)).toEqual([invoked.body.jobId, ofCem]);
  await limit('cem', '1');
  await ends(ofCem, 'succeeded');
  await ends(invoked.body.jobId, 'succeeded');
});

test('without text, the money is held at its turn, and its caller settles', async () => {
  await limit('dan', '0.0001');
  const { prompt: _, ...counted } = by('dan', { inputTokens: 100, urgency: 'deferred' });
  const queued = await purser.post<Shown>('/v1/reservations', counted);
  expect(queued.status, JSON.stringify(queued.body)).toBe(202);
  await limit('dan', '1');
  const { jobId } = queued.body;
  await expect.poll(async () => (await job(jobId)).reservationId, TIMEOUT).toBeDefined();
  const { reservationId, state } = await job(jobId);
  expect(state).toBe('running');
  const usage = { inputTokens: 100, outputTokens: 10 };
  const settled = await purser.post(`/v1/reservations/${reservationId}/settle`, { usage });
  const { settledUsd } = settled.body;
  expect(await job(jobId)).toMatchObject({ state: 'succeeded', costUsd: settledUsd });
});

test('a job that waits is cancelled, or expires at its deadline, and costs nothing', async () => {
  await limit('eve', '0.0001');
  const cancelled = await submit('eve');
  const late = await submit('eve', {
    deadline: new Date((await purser.now()) + 30_000).toISOString(),
  });
  const gone = await purser.call<Shown>('DELETE', `/v1/jobs/${cancelled}`);
  expect(gone.body).toMatchObject({ state: 'cancelled', attempts: 0 });
  await purser.post('/_local/clock', { advanceMs: 120_000 });
  await ends(late, 'expired');
  expect(await job(late)).not.toHaveProperty('costUsd');
  const refused = await purser.call('PATCH', `/v1/jobs/${late}`, { severity: 'high' });
  expect(refused.status).toBe(409);
});

test('the next period starts what waited for it', async () => {
  await limit('fay', '0.0006');
  await ends(await submit('fay'), 'succeeded');
  const waits = await submit('fay');
  expect((await job(waits)).state).toBe('queued');
  await purser.post('/_local/clock', { advanceMs: 24 * 3_600_000 });
  await ends(waits, 'succeeded');
});

test('a key that was revoked makes no call any more', async () => {
  const made = await purser.post<{ keyId: string; key: string }>('/v1/keys', {
    name: 'soon gone',
    role: 'caller',
    users: ['gil'],
  });
  await limit('gil', '0.0001');
  const authorization = `Bearer ${made.body.key}`;
  const id = await submit('gil', {}, { authorization });
  await purser.call('DELETE', `/v1/keys/${made.body.keyId}`);
  await limit('gil', '1');
  await ends(id, 'cancelled');
  expect((await job(id)).reason).toBe('The key that submitted it is revoked.');
});

test('outages are waited out, and a refusal of the provider ends the job', async () => {
  await purser.post('/_local/bedrock', {
    rules: [
      { when: { text: 'outage' }, steps: [{ fault: { kind: 'throttling' } }] },
      { when: { text: 'refused' }, steps: [{ fault: { kind: 'validation' } }] },
    ],
  });
  const refused = await submit('hal', { request: by('hal', { prompt: 'refused' }) });
  const waits = await submit('hal', { request: by('hal', { prompt: 'outage' }) });
  await ends(refused, 'failed');
  await expect.poll(async () => (await job(waits)).attempts, TIMEOUT).toBe(1);
  expect((await job(waits)).state).toBe('queued');
  await purser.post('/_local/bedrock', { rules: [] });
  await purser.post('/_local/clock', { advanceMs: 120_000 });
  await ends(waits, 'succeeded');
  expect((await job(waits)).attempts).toBe(2);
});

test('the ledger adds up in the end', async () => {
  await purser.drain();
  const { violations } = await purser.checkLedger();
  expect(violations).toEqual([]);
});
