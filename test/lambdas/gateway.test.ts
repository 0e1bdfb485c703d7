import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatUsd, parseUsd } from '../../domain/money.ts';
import { openGatewayDesk } from '../support/gateway-desk.ts';
import { CLAUDE, GPT, NOVA } from '../local/bedrock/stand-in.ts';

const desk = openGatewayDesk();
const said = [{ role: 'user', content: 'Name the capital of France.' }];
const converse = { messages: [{ role: 'user', content: [{ text: 'Name the capital.' }] }] };
const MESSAGES = 'POST /anthropic/v1/messages';
const CHAT = 'POST /openai/v1/chat/completions';

/** As other routes tell it, apart from the families of names by which clients pace themselves. */
const QUOTA_LEFT = { ratelimit: '"spend";r=99;t=2', 'ratelimit-policy': '"spend";q=200;w=2' };

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
      expect(answer.headers).toMatchObject(QUOTA_LEFT);
    },
  );

  it.each(CALLS)('%s %j streams, and settles at its end', async (route, body, api) => {
    const answer = await desk.call(route, { body: { ...body, stream: true } });
    expect(answer.status, answer.body).toBe(200);
    expect(answer.headers['content-type']).toContain('text/event-stream');
    expect(answer.headers).toMatchObject(QUOTA_LEFT);
    expect(desk.standIn.lastCall()).toMatchObject({ api, streams: true });
    const entry = await desk.entryOf(answer);
    expect(entry?.state).toBe('settled');
    expect(entry?.usage?.outputTokens).toBe(desk.standIn.lastCall()?.usage?.outputTokens);
    expect(answer.body).toContain('x-purser-cost-usd');
  });
});

describe('a budget that is spent', () => {
  const model = CLAUDE;
  it.each([
    [MESSAGES, { model, max_tokens: 10, messages: said }, 429, 'billing_error'],
    [CHAT, { model, messages: said }, 429, 'insufficient_quota'],
    ['POST /openai/v1/responses', { model: GPT, input: 'Hi.' }, 429, 'insufficient_quota'],
    ['POST /v1/invocations', { model, ...converse }, 429, 'budget-exceeded'],
    ['POST /bedrock/model/{modelId}/converse', converse, 400, 'Budget user/ada/daily'],
  ] as const)('refuses %s in the words of its clients', async (route, body, status, words) => {
    await desk.limit('user', 'ada', 1n);
    const answer = await desk.call(route, {
      body,
      params: route.includes('{modelId}') ? { modelId: model } : {},
      headers: { 'x-purser-user': 'ada' },
    });
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(words);
    expect(answer.headers['x-should-retry']).toBe('false');
    expect(Number(answer.headers['retry-after'])).toBeLessThan(86_401);
    expect(desk.standIn.lastCall()).toBeUndefined();
  });

  it('does not keep tokens from being counted', async () => {
    await desk.limit('user', 'ada', 1n);
    const answer = await desk.call('POST /anthropic/v1/messages/count_tokens', {
      body: { model, messages: said },
      headers: { 'x-purser-user': 'ada' },
    });
    expect(JSON.parse(answer.body)).toEqual({ input_tokens: expect.any(Number) });
  });
});

describe('a budget that is nearly spent', () => {
  it("refuses the third call of the README's example, which spends what it shows", async () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const sent = /chat\/completions .* -d '(\{.*\})'; echo/.exec(readme)?.[1] ?? '';
    const limitUsd = /"limitUsd":"([0-9.]+)"/.exec(readme)?.[1] ?? '';
    await desk.limit('user', 'ada', parseUsd(limitUsd) ?? 0n);
    const answers = [];
    for (const _ of [1, 2, 3]) {
      answers.push(await desk.call(CHAT, { body: sent, headers: { 'x-purser-user': 'ada' } }));
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    const [first, , third] = answers;
    const settledUsd = formatUsd(
      2n * ((first && (await desk.entryOf(first)))?.chargedNanoUsd ?? 0n),
    );
    expect(readme).toContain(`"settledUsd":"${settledUsd}"`);
    const { message = '' } = (JSON.parse(third?.body ?? '') as { error: { message?: string } })
      .error;
    expect(readme).toContain(message.slice(0, message.indexOf('It resets')));
  });

  it('lets the provider cut the answer where the hold ends', async () => {
    await desk.limit('user', 'ada', 30_000_000n);
    const answer = await desk.call(CHAT, {
      body: { model: CLAUDE, messages: said, max_completion_tokens: 20_000 },
      headers: { 'x-purser-user': 'ada' },
    });
    expect(answer.status, answer.body).toBe(200);
    const cut = Number(answer.headers['x-purser-max-tokens']);
    expect(cut).toBeLessThan(20_000);
    expect(desk.standIn.lastCall()?.maxTokens).toBe(cut);
    const entry = await desk.entryOf(answer);
    expect(entry?.chargedNanoUsd).toBeLessThanOrEqual(entry?.amountNanoUsd ?? 0n);
  });

  it('limits an answer as predicted where a client asks for that, even with plenty of budget', async () => {
    const body = { model: CLAUDE, messages: said, max_completion_tokens: 60_000 };
    await desk.limit('user', 'ada', 1_000_000_000_000n);
    const sent = { 'x-purser-user': 'ada' };
    const free = await desk.call(CHAT, { body, headers: sent });
    expect(free.headers['x-purser-max-tokens']).toBeUndefined();
    const headers = { ...sent, 'x-purser-output-limit': 'predicted' };
    const limited = await desk.call(CHAT, { body, headers });
    expect(limited.status, limited.body).toBe(200);
    const most = Number(limited.headers['x-purser-max-tokens']);
    expect(most).toBeGreaterThan(desk.standIn.lastCall()?.usage?.outputTokens ?? Infinity);
    expect(most).toBeLessThan(60_000);
    expect(desk.standIn.lastCall()?.maxTokens).toBe(most);
    const wrong = await desk.call(CHAT, {
      body,
      headers: { ...sent, 'x-purser-output-limit': '100' },
    });
    expect(wrong.status).toBe(400);
    expect(wrong.body).toContain('x-purser-output-limit');
  });

  it('serves exactly what fits of many clients at once', async () => {
    const body = { model: CLAUDE, max_tokens: 20, messages: said };
    const price = await desk.call(MESSAGES, { body, headers: { 'x-purser-user': 'eve' } });
    const { chargedNanoUsd = 0n } = (await desk.entryOf(price)) ?? {};
    await desk.limit('user', 'ada', chargedNanoUsd * 4n);
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        desk.call(MESSAGES, { body, headers: { 'x-purser-user': 'ada' } }),
      ),
    );
    const served = answers.filter(({ status }) => status === 200);
    expect(served.length).toBeGreaterThan(0);
    expect(served.length).toBeLessThanOrEqual(4);
    expect((await desk.check()).violations).toEqual([]);
  });
});

describe('a quota of requests that is used up', () => {
  it.each([
    [MESSAGES, 'rate_limit_error'],
    [CHAT, 'rate_limit_error'],
    ['POST /v1/invocations', 'rate-limited'],
    ['POST /bedrock/model/{modelId}/converse', 'ThrottlingException'],
  ])('is told on %s, and counted', async (route, words) => {
    desk.quota = { ...desk.quota, refused: { afterMs: 1_500, because: 'credential' } };
    const answer = await desk.call(route, { params: { modelId: CLAUDE }, body: {} });
    expect(answer.status).toBe(429);
    expect(answer.headers).toMatchObject({ 'retry-after': '2', ratelimit: '"spend";r=99;t=2' });
    expect(answer.body + JSON.stringify(answer.headers)).toContain(words);
    expect(desk.world.telemetry.metrics).toMatchObject([{ name: 'RequestsLimited', value: 1 }]);
  });
});

describe('a provider that fails', () => {
  const body = { model: CLAUDE, max_tokens: 50, messages: said };

  it('is left for another region, whose price is booked', async () => {
    desk.standIn.set({ outages: [{ region: 'us-east-1' }] });
    const answer = await desk.call(MESSAGES, { body });
    expect(answer.status, answer.body).toBe(200);
    expect(answer.headers['x-purser-region']).not.toBe('us-east-1');
    expect((await desk.entryOf(answer))?.state).toBe('settled');
  });

  it('gives the money back if nobody answers, and passes its words on', async () => {
    desk.standIn.set({ outages: [{ region: '*' }] });
    const answer = await desk.call(MESSAGES, { body });
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([503, { type: 'error' }]);
    expect((await desk.entryOf(answer))?.state).toBe('voided');
  });

  it('is not tried again where the caller is at fault', async () => {
    const messages = [{ role: 'user', content: '' }];
    const answer = await desk.call(MESSAGES, { body: { ...body, messages } });
    expect(answer.status).toBe(400);
    expect(desk.standIn.bedrock.record.list()).toHaveLength(1);
    expect((await desk.entryOf(answer))?.state).toBe('voided');
    expect(desk.world.telemetry.lines).toContainEqual({
      level: 'info',
      code: 'REQUEST_REFUSED',
      facts: { requestId: 'request-1', route: MESSAGES, status: 400, problem: 'provider_invalid' },
    });
  });

  it('settles what arrived before a stream broke off', async () => {
    desk.standIn.set({ rules: [{ steps: [{ outputTokens: 40, breaks: { afterTokens: 12 } }] }] });
    const answer = await desk.call(MESSAGES, { body: { ...body, stream: true } });
    expect(answer.body).toContain('event: error');
    const entry = await desk.entryOf(answer);
    expect(entry).toMatchObject({ state: 'settled', delivery: 'failed' });
    expect(entry?.usage?.outputTokens).toBeGreaterThan(0);
  });

  it.each([
    // No other test connects there: a kept connection that was closed meanwhile is tried again.
    ['breaks off', { outages: [{ region: '*', how: 'closed' }] }, 502],
    ['times out', { rules: [{ steps: [{ fault: { kind: 'modelTimeout' } }] }] }, 408],
  ])('is charged for what it may have done if it %s', async (_, rules, status) => {
    desk.standIn.set(rules);
    const headers = { 'x-purser-region': 'ap-southeast-1' };
    const answer = await desk.call(MESSAGES, { body, headers });
    expect([answer.status, desk.standIn.bedrock.record.list().length]).toEqual([status, 1]);
    const entry = await desk.entryOf(answer);
    const chargedNanoUsd = entry?.prediction?.expectedCostNanoUsd;
    expect(entry).toMatchObject({ state: 'settled', delivery: 'failed', chargedNanoUsd });
  });
});

describe('a loss of quality that the client allows', () => {
  const body = { model: CLAUDE, max_tokens: 10, messages: said };
  const call = (loss: string) =>
    desk.call(MESSAGES, { body, headers: { 'x-purser-max-quality-loss': loss } });

  it('is read from its header, and refused by its name', async () => {
    expect((await call('0.02')).status).toBe(200);
    for (const wrong of ['much', '', '1.5', '-0.1']) {
      const refused = await call(wrong);
      expect(refused.status, wrong).toBe(400);
      expect(refused.body).toContain('x-purser-max-quality-loss');
    }
  });

  it('lets a cheaper model answer that is known to be as good', async () => {
    await desk.putModel(CLAUDE, { quality: 0.9, qualityUncertainty: 0.001 });
    await desk.putModel(NOVA, { quality: 0.9, qualityUncertainty: 0.001 });
    const answer = await desk.call(MESSAGES, {
      body,
      headers: { 'x-purser-max-quality-loss': '0.02', 'x-purser-candidates': NOVA },
    });
    expect(answer.headers['x-purser-decision']).toBe('downgrade');
    expect(answer.headers['x-purser-model']).toContain('nova');
  });
});

describe('embeddings', () => {
  it.each(['amazon.titan-embed-text-v2:0', 'cohere.embed-english-v3'])(
    '%s embeds each text, in base64 where asked, and settles all of them',
    async (model) => {
      const ask = async (more: object) => {
        const answer = await desk.call('POST /openai/v1/embeddings', {
          body: { model, input: ['one', 'two words'], ...more },
        });
        expect(answer.status, answer.body).toBe(200);
        return answer;
      };
      const floats = await ask({});
      const { data, usage } = JSON.parse(floats.body) as {
        data: { embedding: number[] }[];
        usage: { prompt_tokens: number };
      };
      expect(data).toHaveLength(2);
      expect((await desk.entryOf(floats))?.usage?.inputTokens).toBe(usage.prompt_tokens);
      const encoded = JSON.parse((await ask({ encoding_format: 'base64' })).body) as {
        data: { embedding: string }[];
      };
      const bytes = Buffer.from(encoded.data[0]?.embedding ?? '', 'base64');
      const first = Array.from({ length: 3 }, (_, at) => bytes.readFloatLE(at * 4));
      expect(first).toEqual(data[0]?.embedding.slice(0, 3).map(Math.fround));
    },
  );
});
