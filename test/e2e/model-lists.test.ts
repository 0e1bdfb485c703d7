import { Anthropic } from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLAUDE, GPT, NOVA } from '../local/bedrock/stand-in.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';

const OWN = 'neuroweaver.invoice-extractor';
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const prices = (input: string, output: string) => ({
  inputUsdPerMillion: input,
  outputUsdPerMillion: output,
  source: 'contract 7',
});

let purser: BorrowedPurser;
let openai: OpenAI;
let anthropic: Anthropic;
beforeAll(async () => {
  purser = await borrowPurser();
  const { url, key } = purser;
  openai = new OpenAI({ baseURL: `${url}/openai/v1`, apiKey: key });
  anthropic = new Anthropic({ baseURL: `${url}/anthropic`, apiKey: key });
  const done = [
    purser.put(`/v1/models/${OWN}`, {
      provider: 'NeuroWeaver',
      family: 'extractor',
      contextTokens: 32_000,
      maxOutputTokens: 4_000,
      apis: ['chat'],
    }),
    purser.put(`/v1/rate-cards/${OWN}`, prices('0.1', '0.2')),
    purser.put(`/v1/rate-cards/${GPT}`, prices('7', '8')),
    purser.put('/v1/providers/neuro', {
      baseUrl: 'https://inference.example.com/v1',
      models: [
        { model: OWN, apis: ['chat'] },
        { model: 'nobody-prices-this', apis: ['chat'] },
      ],
    }),
    purser.put('/v1/budgets/user/ada/daily', { limitUsd: '5' }),
    purser.put(`/v1/budgets/model/${CLAUDE}/daily`, { limitUsd: '2' }),
    purser.put(`/v1/budgets/model/${NOVA}/daily`, { limitUsd: '0' }),
  ];
  await Promise.all(done);
});
afterAll(() => purser?.giveBack());

const asAda = { headers: { 'x-purser-user': 'ada' } };

describe('the list that the SDK of OpenAI reads', () => {
  it('has what the caller can call, at the price and with the budget that apply', async () => {
    const models = await Array.fromAsync(openai.models.list(asAda));
    const find = (id: string) => models.find((model) => model.id === id);
    expect(find(OWN)).toEqual({
      id: OWN,
      object: 'model',
      created: expect.any(Number),
      owned_by: 'NeuroWeaver',
      input_usd_per_million: '0.100000000',
      output_usd_per_million: '0.200000000',
      remaining_usd: '5.000000000',
      within_budget: true,
    });
    expect(find(GPT)).toMatchObject({ input_usd_per_million: '7.000000000' });
    expect(find(CLAUDE)).toMatchObject({ remaining_usd: '2.000000000', within_budget: true });
    expect(find(NOVA)).toMatchObject({ remaining_usd: '0.000000000', within_budget: false });
    expect(find(HAIKU)?.created).toBe(Date.UTC(2025, 9, 1) / 1_000);
    for (const { created } of models) {
      expect(created).toBeGreaterThan(Date.UTC(2022, 0, 1) / 1_000);
      expect(created).toBeLessThan(Date.now() / 1_000 + 86_400);
    }
  });

  it('leaves out what nobody prices or the deployment may not call', async () => {
    const ids = (await Array.fromAsync(openai.models.list())).map(({ id }) => id);
    expect(ids).not.toContain('nobody-prices-this');
    expect(ids).not.toContain('anthropic.claude-3-haiku-20240307-v1:0');
    expect(ids).not.toContain('gpt-4o');
    for (const model of ids.filter((id) => !id.includes('embed') && id !== OWN)) {
      const body = { model, messages: [{ role: 'user' as const, content: 'Hi' }] };
      const answer: unknown = await openai.chat.completions
        .create(
          { ...body, max_completion_tokens: 5 },
          { headers: { 'x-purser-downgrade': 'false' } },
        )
        .catch((error: unknown) => error);
      // The budget of this model is 0.
      expect(answer, model).toMatchObject(
        model === NOVA ? { status: 429 } : { object: 'chat.completion' },
      );
    }
  });

  it('calls a model whose price is 0 past a spent budget, and none without a price', async () => {
    await purser.put('/v1/budgets/user/spent/daily', { limitUsd: '0' });
    await purser.put(`/v1/rate-cards/${HAIKU}`, prices('0', '0'));
    const ask = (model: string) =>
      openai.chat.completions
        .create(
          { model, messages: [{ role: 'user', content: 'Hi' }], max_completion_tokens: 5 },
          { headers: { 'x-purser-user': 'spent', 'x-purser-downgrade': 'false' } },
        )
        .catch((error: unknown) => error);
    expect(await ask(HAIKU)).toMatchObject({ object: 'chat.completion' });
    expect(await ask(GPT)).toMatchObject({ status: 429 });
    expect(await ask('nobody-prices-this')).toMatchObject({ status: 400 });
  });

  it('has each model by any of its names', async () => {
    expect(await openai.models.retrieve('claude-haiku-4-5')).toMatchObject({
      id: 'claude-haiku-4-5',
      owned_by: 'Anthropic',
    });
    expect(await openai.models.retrieve(OWN, asAda)).toMatchObject({
      remaining_usd: '5.000000000',
    });
    await expect(openai.models.retrieve('claude-9')).rejects.toMatchObject({ status: 404 });
  });

  it('is the same for other organizations without their prices', async () => {
    const other = await borrowPurser();
    try {
      const client = new OpenAI({ baseURL: `${other.url}/openai/v1`, apiKey: other.key });
      const models = await Array.fromAsync(client.models.list());
      expect(models.map(({ id }) => id)).not.toContain(OWN);
      const gpt = models.find(({ id }) => id === GPT);
      expect(gpt).not.toMatchObject({ input_usd_per_million: '7.000000000' });
      expect(gpt).not.toHaveProperty('remaining_usd');
    } finally {
      await other.giveBack();
    }
  });
});

describe('the list that the SDK of Anthropic reads', () => {
  it('comes in pages, forward and backward', async () => {
    const all = await anthropic.models.list({ limit: 1_000 });
    const ids = all.data.map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([CLAUDE, HAIKU]));
    expect(ids.length).toBeGreaterThan(3);
    expect(all).toMatchObject({ has_more: false, first_id: ids[0], last_id: ids.at(-1) });
    const paged = [];
    for await (const model of anthropic.models.list({ limit: 2 })) paged.push(model.id);
    expect(paged).toEqual(ids);
    const last = await anthropic.models.list({ before_id: ids.at(-1) ?? '', limit: 2 });
    expect(last.data.map(({ id }) => id)).toEqual(ids.slice(-3, -1));
    expect(last).toMatchObject({ has_more: true, first_id: ids.at(-3), last_id: ids.at(-2) });
    const none = await anthropic.models.list({ after_id: ids.at(-1) ?? '' });
    expect(none).toMatchObject({ data: [], has_more: false, first_id: null, last_id: null });
  });

  it.each([
    { limit: 0 },
    { limit: 1_001 },
    { after_id: 'nothing' },
    { after_id: CLAUDE, before_id: CLAUDE },
  ])('refuses %j by the name of the parameter', async (query) => {
    const error: unknown = await anthropic.models.list(query).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ status: 400, type: 'invalid_request_error' });
    expect(String(error)).toMatch(/limit|after_id|before_id/);
  });

  it('tells what Claude Code shows and what budgets leave', async () => {
    expect(await anthropic.models.retrieve(CLAUDE, {}, asAda)).toMatchObject({
      type: 'model',
      id: CLAUDE,
      description: expect.stringMatching(
        /^2\.2 \/ 11 USD per million tokens of input \/ output; [12](?:\.\d+)? USD left$/,
      ),
      created_at: expect.stringMatching(/^20\d\d-/),
      max_input_tokens: 1_000_000,
      max_tokens: 128_000,
      within_budget: true,
    });
    await expect(anthropic.models.retrieve(NOVA)).resolves.toMatchObject({ within_budget: false });
    await expect(anthropic.models.retrieve(OWN)).rejects.toMatchObject({ status: 404 });
  });
});
