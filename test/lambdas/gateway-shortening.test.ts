import { describe, expect, it } from 'vitest';
import { formatUsd } from '../../domain/money.ts';
import { CLAUDE } from '../local/bedrock/stand-in.ts';
import { openGatewayDesk } from '../support/gateway-desk.ts';

const desk = openGatewayDesk();
const MESSAGES = 'POST /anthropic/v1/messages';
const CHAT = 'POST /openai/v1/chat/completions';
const ON = { 'x-purser-optimize': 'on' };
const WORDY = 'Which rooms see the sea?     \n\n\n\n\nTell the guests.     \nThey wait.    ';
const SHORT = 'Which rooms see the sea?\n\nTell the guests.\nThey wait.';

const say = (headers: Record<string, string>, messages: object[], route = MESSAGES) =>
  desk.call(route, { headers, body: { model: CLAUDE, max_tokens: 20, messages } });
const sent = (): string => JSON.stringify(desk.standIn.lastCall()?.body);

describe('a call whose prompt is to be shortened', () => {
  it('is sent without what says nothing, and tells what that saved', async () => {
    const answer = await say(ON, [{ role: 'user', content: WORDY }]);
    expect(answer.status, answer.body).toBe(200);
    expect(sent()).toContain(JSON.stringify(SHORT));
    const tokens = Number(answer.headers['x-purser-saved-tokens']);
    expect(tokens).toBeGreaterThan(0);
    const entry = await desk.entryOf(answer);
    const price = entry?.rate?.inputNanoUsdPerMillion ?? 0n;
    // The hold pays the premium of a region, a tenth more; what is told does not.
    const nanoUsd = (BigInt(tokens) * price * 10n) / 11n / 1_000_000n;
    expect(answer.headers['x-purser-saved-usd']).toBe(formatUsd(nanoUsd));
    expect(await desk.check()).toMatchObject({ violations: [] });
  });

  it('stays as it is without the header, byte for byte', async () => {
    const answer = await say({}, [{ role: 'user', content: WORDY }]);
    expect(sent()).toContain(JSON.stringify(WORDY));
    expect(answer.headers['x-purser-saved-tokens']).toBeUndefined();
  });

  it('loses the middle of a long conversation, and costs less', async () => {
    const turns = Array.from({ length: 21 }, (_, at) => ({
      role: at % 2 === 0 ? 'user' : 'assistant',
      content: `${at}: ${'The sea is calm today. '.repeat(20)}`,
    }));
    const whole = await say({}, turns, CHAT);
    const answer = await say({ 'x-purser-max-input-tokens': '800' }, turns, CHAT);
    expect(answer.status, answer.body).toBe(200);
    const dropped = Number(answer.headers['x-purser-dropped-messages']);
    expect(dropped).toBeGreaterThan(10);
    expect(sent()).toContain('20: The sea');
    expect(sent()).not.toContain('"0: The sea');
    const cost = (of: typeof answer): number => Number(of.headers['x-purser-cost-usd']);
    expect(cost(answer)).toBeLessThan(cost(whole));
  });

  it.each([
    [{ 'x-purser-optimize': 'yes' }, 'x-purser-optimize: must be on, or left out'],
    [{ 'x-purser-max-input-tokens': 'many' }, 'x-purser-max-input-tokens: must be a whole number'],
    [
      { 'x-purser-max-input-tokens': '9', 'x-purser-window': 'summarize' },
      'x-purser-window: summarize is not offered',
    ],
    [{ 'x-purser-window': 'drop' }, 'x-purser-window: needs x-purser-max-input-tokens'],
    [{ 'x-purser-max-input-tokens': '3' }, 'x-purser-max-input-tokens: must be at least'],
  ])('is refused by the header that is wrong: %j', async (headers: object, message) => {
    const answer = await say(headers as Record<string, string>, [{ role: 'user', content: WORDY }]);
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(message);
  });

  it('is refused where its body has no messages', async () => {
    const body = { model: 'amazon.titan-embed-text-v2:0', input: WORDY };
    const answer = await desk.call('POST /openai/v1/embeddings', { headers: ON, body });
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('not offered')]);
  });
});
