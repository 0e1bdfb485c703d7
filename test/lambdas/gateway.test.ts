import { describe, expect, it } from 'vitest';
import { openGatewayDesk } from '../support/gateway-desk.ts';
import { CLAUDE, GPT, NOVA } from '../local/bedrock/stand-in.ts';

const desk = openGatewayDesk();
const said = [{ role: 'user', content: 'Name the capital of France.' }];
const converse = { messages: [{ role: 'user', content: [{ text: 'Name the capital.' }] }] };
const MESSAGES = 'POST /anthropic/v1/messages';
const CHAT = 'POST /openai/v1/chat/completions';

/** What every format answers, as a whole and as a stream. */
const CALLS = [
  [MESSAGES, { model: CLAUDE, max_tokens: 100, messages: said }, 'messages'],
  [MESSAGES, { model: NOVA, max_tokens: 100, messages: said }, 'converse'],
  [CHAT, { model: GPT, messages: said }, 'chat'],
  ['POST /v1/chat/completions', { model: CLAUDE, messages: said, max_tokens: 50 }, 'converse'],
  ['POST /v1/invocations', { model: CLAUDE, ...converse }, 'converse'],
  ['POST /openai/v1/responses', { model: GPT, input: 'Name the capital.' }, 'responses'],
] as const;

describe('a call of a model', () => {
  it.each(CALLS)(
    '%s %j is reserved, answered and settled as the provider counts',
    async (route, body, api) => {
      const answer = await desk.call(route, { body });
      expect(answer.status, answer.body).toBe(200);
      const call = desk.standIn.lastCall();
      expect(call).toMatchObject({ api, outcome: 'answered' });
      const entry = await desk.entryOf(answer);
      expect(entry).toMatchObject({
        state: 'settled',
        system: 'gateway',
        usage: {
          inputTokens: call?.usage?.inputTokens,
          outputTokens: call?.usage?.outputTokens,
        },
      });
      expect(answer.headers['x-purser-cost-usd']).toMatch(/^0\.\d{9}$/);
      expect(answer.headers['x-purser-model']).toContain(body.model.split('.')[1]);
    },
  );

  it.each(CALLS)('%s %j streams, and settles at its end', async (route, body, api) => {
    const answer = await desk.call(route, { body: { ...body, stream: true } });
    expect(answer.status, answer.body).toBe(200);
    expect(answer.headers['content-type']).toContain('text/event-stream');
    expect(desk.standIn.lastCall()).toMatchObject({ api, streams: true });
    const entry = await desk.entryOf(answer);
    expect(entry?.state).toBe('settled');
    expect(entry?.usage?.outputTokens).toBe(desk.standIn.lastCall()?.usage?.outputTokens);
    expect(answer.body).toContain('x-purser-cost-usd');
  });
});
