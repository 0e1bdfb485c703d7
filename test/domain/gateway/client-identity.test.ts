import { describe, expect, it } from 'vitest';
import { hintsOf } from '../../../domain/gateway/client-identity.ts';

const SESSION = '01a22dd3-18a7-7d92-9cd6-5df43417eb0c';
const THREAD = '01a22dd3-19f0-7ea1-81ff-96f6c9cf14bd';
const ACCOUNT = '5f0c4a3e-0c9d-4f5e-9d1a-3a8f6c2b7e10';
const isId = (text: string): boolean => /^[\w-]{1,64}$/.test(text);
const userOf = (userId: unknown) => hintsOf({}, { metadata: { user_id: userId } }, isId);

describe('what Codex says of itself', () => {
  const headers = { 'session-id': SESSION, 'thread-id': SESSION };

  it('is its session, and no agent for the main thread', () => {
    expect(hintsOf(headers, {}, isId)).toMatchObject({ sessionId: SESSION, agent: undefined });
  });

  it('is the same session for a sub-agent, which its thread names', () => {
    const sub = { ...headers, 'thread-id': THREAD, 'x-codex-parent-thread-id': SESSION };
    expect(hintsOf(sub, {}, isId)).toMatchObject({
      sessionId: SESSION,
      agent: THREAD,
      parentAgent: SESSION,
    });
  });
});

describe('what Claude Code puts into metadata.user_id', () => {
  it('is its session, in the form of older versions', () => {
    expect(userOf(`user_abc_account__session_${SESSION}`)).toMatchObject({
      userId: undefined,
      sessionId: SESSION,
    });
  });

  it.each([
    [ACCOUNT, ACCOUNT],
    ['', undefined],
    [undefined, undefined],
  ])('is the account %s and its session, in the JSON of newer ones', (account, userId) => {
    const facts = { device_id: 'd0e1', account_uuid: account, session_id: SESSION };
    expect(userOf(JSON.stringify(facts))).toMatchObject({ userId, sessionId: SESSION });
  });

  it('is a person where it is an id', () => {
    expect(userOf('ada')).toMatchObject({ userId: 'ada', sessionId: undefined });
    expect(userOf('{not json')).toMatchObject({ userId: undefined, sessionId: undefined });
  });
});
