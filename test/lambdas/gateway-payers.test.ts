import { describe, expect, it } from 'vitest';
import { openGatewayDesk } from '../support/gateway-desk.ts';
import { CLAUDE } from '../local/bedrock/stand-in.ts';

const desk = openGatewayDesk();
const said = [{ role: 'user', content: 'Name the capital of France.' }];
const MESSAGES = 'POST /anthropic/v1/messages';
const CHAT = 'POST /openai/v1/chat/completions';

describe('who pays', () => {
  const body = { model: CLAUDE, max_tokens: 10, messages: said };
  const payerOf = async (headers: Record<string, string>, more: object = {}) => {
    const answer = await desk.call(MESSAGES, { body: { ...body, ...more }, headers });
    expect(answer.status, answer.body).toBe(200);
    return desk.entryOf(answer);
  };

  it('is what headers say', async () => {
    const headers = {
      'x-purser-user': 'ada',
      'x-purser-system': 'relaycore',
      'x-purser-department': 'research',
      'x-purser-operation': 'chat',
      'x-purser-tags': 'project=apollo, customer=acme',
    };
    expect(await payerOf(headers)).toMatchObject({
      userId: 'ada',
      system: 'relaycore',
      departmentId: 'research',
      operation: 'chat',
      tags: { project: 'apollo', customer: 'acme' },
    });
  });

  it('is what a coding agent tells of itself', async () => {
    const entry = await payerOf({
      'x-claude-code-session-id': 'run-1',
      'x-claude-code-agent-id': 'reviewer',
    });
    expect(entry).toMatchObject({ sessionId: 'run-1', tags: { agent: 'reviewer' } });
  });

  it('is never whom a key may not act for', async () => {
    const key = await desk.newKey({ users: ['ada'] });
    const authorization = `Bearer ${key}`;
    const asEve = await desk.call(MESSAGES, {
      body,
      headers: { authorization, 'x-purser-user': 'eve' },
    });
    expect(asEve.status).toBe(403);
    const hinted = { metadata: { user_id: 'eve' } };
    expect(await payerOf({ authorization }, hinted)).toMatchObject({ userId: 'ada' });
  });

  it('must be known', async () => {
    const none = await desk.call(MESSAGES, { body, headers: { authorization: 'Bearer no' } });
    expect(none.status).toBe(401);
    expect(JSON.parse(none.body)).toMatchObject({ error: { type: 'authentication_error' } });
    const key = await desk.newKey({ role: 'viewer' });
    const viewer = await desk.call(CHAT, {
      body: { model: CLAUDE, messages: said },
      headers: { authorization: '', 'x-api-key': key },
    });
    expect(viewer.status).toBe(403);
    expect(JSON.parse(viewer.body)).toMatchObject({ error: { type: 'permission_error' } });
  });
});
