import { describe, expect, it } from 'vitest';
import { openGatewayDesk } from '../support/gateway-desk.ts';
import { CLAUDE, GPT } from '../local/bedrock/stand-in.ts';

const desk = openGatewayDesk();
const said = [{ role: 'user', content: 'Name the capital of France.' }];
const turns = [{ role: 'user', content: [{ text: 'Name the capital of France.' }] }];
const MESSAGES = 'POST /anthropic/v1/messages';
const CHAT = 'POST /openai/v1/chat/completions';

/** Calls of every API, with a limit of output tokens. */
const CALLS = [
  [MESSAGES, (max: number) => ({ model: CLAUDE, max_tokens: max, messages: said })],
  [CHAT, (max: number) => ({ model: GPT, max_completion_tokens: max, messages: said })],
  [CHAT, (max: number) => ({ model: CLAUDE, max_completion_tokens: max, messages: said })],
  [
    'POST /openai/v1/responses',
    (max: number) => ({ model: GPT, max_output_tokens: max, input: 'Name the capital.' }),
  ],
  [
    'POST /v1/invocations',
    (max: number) => ({ model: CLAUDE, messages: turns, maxOutputTokens: max }),
  ],
] as const;

describe('how a call through the gateway ended', () => {
  it.each(CALLS)('is kept, whole and streamed: %s', async (route, bodyWith) => {
    for (const stream of [false, true]) {
      const whole = await desk.call(route, { body: { ...bodyWith(500), stream } });
      expect(whole.status, whole.body).toBe(200);
      expect((await desk.entryOf(whole))?.answer).toMatchObject({
        status: 'completed',
        finishReason: 'stop',
      });
      const cut = await desk.call(route, { body: { ...bodyWith(17), stream } });
      expect(cut.status, cut.body).toBe(200);
      expect((await desk.entryOf(cut))?.answer).toMatchObject({
        status: 'incomplete',
        finishReason: 'length',
      });
    }
  });

  it('is failed if its provider broke off', async () => {
    desk.standIn.set({ rules: [{ steps: [{ outputTokens: 40, breaks: { afterTokens: 12 } }] }] });
    const [route, bodyWith] = CALLS[0];
    const answer = await desk.call(route, { body: { ...bodyWith(500), stream: true } });
    expect((await desk.entryOf(answer))?.answer).toMatchObject({ status: 'failed' });
  });
});

describe('how a call through the gateway was meant', () => {
  const [route, bodyWith] = CALLS[0];
  const traitsWith = async (headers: Record<string, string>) => {
    const answer = await desk.call(route, { body: bodyWith(500), headers });
    expect(answer.status, answer.body).toBe(200);
    return (await desk.entryOf(answer))?.traits;
  };

  it('is told by a header', async () => {
    expect(await traitsWith({ 'x-purser-urgency': 'deferred' })).toMatchObject({
      urgency: 'deferred',
    });
    const headers = { 'x-purser-urgency': 'soon' };
    const refused = await desk.call(route, { body: bodyWith(500), headers });
    expect(refused.status).toBe(400);
    expect(refused.body).toContain('x-purser-urgency');
  });

  it.each([
    ['x-stainless-retry-count', '1', 2],
    ['amz-sdk-request', 'attempt=3; max=4', 3],
    ['x-stainless-retry-count', '0', undefined],
    ['x-stainless-retry-count', '9999', undefined],
    ['amz-sdk-request', 'attempt=1; max=3', undefined],
    ['amz-sdk-request', 'attempt=x', undefined],
  ])('says by %s: %s which attempt it is', async (name, value, attempt) => {
    expect((await traitsWith({ [name]: value }))?.attempt).toBe(attempt);
  });
});
