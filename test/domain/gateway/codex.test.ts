import { describe, expect, it } from 'vitest';
import { ProblemError } from '../../../contracts/problem.ts';
import { codexError, isCodex } from '../../../domain/gateway/codex.ts';
import { envelopeOf } from '../../../domain/gateway/envelopes.ts';
import { failureOfProblem, failureOfProvider } from '../../../domain/gateway/failure.ts';

const refused = (message: string, extra: object) => {
  const problem = new ProblemError('budget-exceeded', message, {
    extra: { code: 'budget_exceeded', because: 'spent', ...extra },
  });
  const failure = failureOfProblem(problem);
  return codexError(envelopeOf('openai', failure, 'req-1'), failure);
};

describe('a refusal to Codex', () => {
  it('has the type whose reason it shows, and the time of the reset in a member of its own', () => {
    const { status, headers, body } = refused(
      'Budget user/ada/daily has nothing left. It resets at 2026-08-08 00:00 UTC.',
      { budget: { period: 'daily' }, resetsAt: '2026-08-08T00:00:00.000Z' },
    );
    expect(status).toBe(429);
    expect(headers).toMatchObject({
      'x-codex-promo-message': 'Budget user/ada/daily has nothing left. Ask your operator for more',
      'x-should-retry': 'false',
    });
    expect(body).toMatchObject({
      error: { type: 'usage_limit_reached', code: 'budget_exceeded', resets_at: 1_786_147_200 },
    });
  });

  it('omits the reset if the budget never resets, and sends a header that Codex can read', () => {
    const { headers, body } = refused(
      'Budget user/zoë/total has nothing left. It never resets: an operator may raise it.',
      { budget: { period: 'total' } },
    );
    expect(headers['x-codex-promo-message']).toBe(
      'Budget user/zo?/total has nothing left. Ask your operator for more',
    );
    expect(body).not.toHaveProperty('error.resets_at');
  });

  it('is left as it is where only money is missing that others hold, so that Codex tries again', () => {
    const { headers, body } = refused('Held.', { because: 'held', budget: { period: 'daily' } });
    expect(headers).not.toHaveProperty('x-codex-promo-message');
    expect(body).toMatchObject({ error: { type: 'rate_limit_error' } });
  });

  it('says when to try again, because Codex otherwise gives up', () => {
    const failure = failureOfProvider({ status: 429, message: 'Too many requests' });
    const raw = { status: 429, headers: {}, body: '{"error":{}}' };
    expect(codexError(raw, failure)).toEqual({ ...raw, headers: { 'retry-after': '2' } });
    const told = { ...raw, headers: { 'retry-after': '7' } };
    expect(codexError(told, failure)).toEqual(told);
  });

  it.each([
    ['codex_exec', true],
    ['codex_cli_rs', true],
    ['Codex Desktop', true],
    ['other', false],
    [undefined, false],
  ])('is for the originator %s: %s', (originator, expected) => {
    expect(isCodex({ originator })).toBe(expected);
  });
});
