import { expect, test } from 'vitest';
import { faultOf } from './judge-answer.ts';
import { runFuzz } from './run-fuzz.ts';

const OPTIONS = { seed: 1, requests: 200, concurrency: 16, limitMs: 30_000 };

test('odd requests break nothing, and nobody else notices', { timeout: 240_000 }, async () => {
  const { failures, faults, tally, bystanding } = await runFuzz(OPTIONS, () => undefined);
  expect({ failures, faults }).toEqual({ failures: [], faults: [] });
  expect(tally.size).toBeGreaterThan(50);
  expect(bystanding).toBeDefined();
});

test('what must not be answered is found', () => {
  const wire = { method: 'GET', path: '/v1/budgets', headers: [] };
  const fuzzCase = { number: 0, operationId: 'a', credential: 'b', change: 'c', wire };
  const answer = (status: number, body: object, contentType = 'application/problem+json') =>
    faultOf(fuzzCase, { status, contentType, headers: {}, text: JSON.stringify(body) });
  const problem = { type: 'about:blank', title: 'a', status: 400, detail: 'b' };
  const errors = [{ field: 'a', message: 'must be text' }];
  expect(answer(200, {}, 'application/json')).toBeUndefined();
  expect(answer(400, { ...problem, errors })).toBeUndefined();
  expect(answer(503, { ...problem, status: 503 })).toMatch(/answered 503/);
  expect(answer(400, problem)).toMatch(/named no field/);
  expect(answer(404, { message: 'Not Found' }, 'application/json')).toMatch(/as application\/json/);
  expect(answer(409, { ...problem, errors })).toMatch(/says 400/);
  const foreign = [{ field: 'a', message: 'Invalid input: expected string, received number' }];
  expect(answer(400, { ...problem, errors: foreign })).toMatch(/words of a library/);
  expect(faultOf(fuzzCase, 'timeout')).toMatch(/no answer/);
  expect(faultOf(fuzzCase, 'closed')).toMatch(/closed/);
});
