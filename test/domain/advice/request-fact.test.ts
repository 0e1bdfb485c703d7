import { describe, expect, it } from 'vitest';
import { requestFactsOf } from '../../../domain/advice/request-fact.ts';
import { NO_TOKENS } from '../../../domain/token-usage.ts';
import { postingWith } from '../../support/postings.ts';

const TRAITS = {
  urgency: 'deferred' as const,
  attempt: 2,
  promptHash: '3q2-7wAAAAAbN1xL',
  prefix: { hash: 'kX9AAAAAbN1xLq20', tokens: 600 },
};
const ANSWER = { status: 'incomplete' as const, finishReason: 'length' as const };

describe('a fact of a request', () => {
  it('has what the request told', () => {
    const posting = postingWith({
      traits: TRAITS,
      answer: { ...ANSWER, reasoningOutputTokens: 7 },
      terms: { tier: 'flex' },
      sessionId: 'run-1',
    });
    expect(requestFactsOf([posting])).toMatchObject([
      {
        ...TRAITS,
        ...ANSWER,
        reasoningOutputTokens: 7,
        serviceTier: 'flex',
        session: 'run-1',
        latencyMs: 850,
        maxOutputTokens: 4_096,
      },
    ]);
  });

  it('still has what older callers tell by tags, unless the request itself says otherwise', () => {
    const tags = { session: 'thread-1', promptHash: 'tagged', urgency: 'deferred' };
    const [tagged] = requestFactsOf([postingWith({ tags })]);
    expect(tagged).toMatchObject({
      session: 'thread-1',
      promptHash: 'tagged',
      urgency: 'deferred',
    });
    const told = { urgency: 'interactive' as const, promptHash: TRAITS.promptHash };
    const [both] = requestFactsOf([postingWith({ tags, traits: told, sessionId: 'run-1' })]);
    expect(both).toMatchObject({ ...told, session: 'run-1' });
  });

  it('has the end of a reservation that was settled after it had expired', () => {
    const facts = { entryId: 'late', traits: TRAITS };
    const presumption = postingWith({ ...facts, kind: 'presumption', usage: NO_TOKENS });
    const settlement = postingWith({
      ...facts,
      kind: 'correction',
      requests: 0,
      answer: ANSWER,
      terms: { tier: 'batch' },
    });
    expect(requestFactsOf([settlement, presumption])).toMatchObject([
      { ...TRAITS, ...ANSWER, serviceTier: 'batch' },
    ]);
  });

  it('may be a cache that answered', () => {
    const hit = postingWith({ usage: NO_TOKENS, amountNanoUsd: 0n, answer: { isCacheHit: true } });
    const unknown = postingWith({ usage: NO_TOKENS, amountNanoUsd: 0n });
    const facts = requestFactsOf([hit, unknown]);
    expect(facts).toMatchObject([{ isCacheHit: true, costNanoUsd: 0n }]);
  });
});
