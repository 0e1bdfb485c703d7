import { describe, expect, it } from 'vitest';
import { parseUsd } from '../../domain/money.ts';
import { GPT as MODEL } from '../local/bedrock/stand-in.ts';
import { openGatewayDesk } from '../support/gateway-desk.ts';

const desk = openGatewayDesk();
const OWN = 'POST /v1/invocations';
const CONVERSE = 'POST /bedrock/model/{modelId}/converse';
const said = { messages: [{ role: 'user', content: [{ text: 'Name the capital of France.' }] }] };

const costOf = async (route: string, body: object) => {
  desk.standIn.set({ rules: [{ steps: [{ outputTokens: 200 }] }] });
  const params = { modelId: MODEL };
  const answer = await desk.call(route, { body, ...(route === CONVERSE ? { params } : {}) });
  expect(answer.status, answer.body).toBe(200);
  const entry = await desk.entryOf(answer);
  const cost = parseUsd(answer.headers['x-purser-cost-usd'] ?? '') ?? 0n;
  return { cost, entry, sent: desk.standIn.lastCall()?.body };
};

describe('a tier that a request asks for', () => {
  it.each([
    ['flex', 0.5],
    ['priority', 1.75],
  ] as const)('%s is asked of Bedrock, held and charged', async (tier, factor) => {
    const usual = await costOf(OWN, { model: MODEL, ...said });
    const own = await costOf(OWN, { model: MODEL, ...said, serviceTier: tier });
    const converse = await costOf(CONVERSE, { ...said, serviceTier: { type: tier } });
    for (const { cost, entry, sent } of [own, converse]) {
      expect(sent).toMatchObject({ serviceTier: { type: tier } });
      expect(entry).toMatchObject({ serviceTier: tier });
      expect(Number(cost) / Number(usual.cost)).toBeCloseTo(factor, 1);
    }
    expect(await desk.check()).toMatchObject({ violations: [] });
  });

  it('is refused where a single call has none', async () => {
    const answer = await desk.call(OWN, { body: { model: MODEL, ...said, serviceTier: 'batch' } });
    expect([answer.status, answer.body]).toEqual([
      400,
      expect.stringContaining('POST /v1/jobs') as string,
    ]);
    expect(desk.standIn.bedrock.record.list()).toEqual([]);
  });

  it('is refused where the model has no price for it', async () => {
    const body = { model: 'amazon.titan-embed-text-v2:0', inputText: 'x', serviceTier: 'flex' };
    const answer = await desk.call(OWN, { body: { ...said, ...body } });
    expect(answer.status).toBe(400);
    expect(desk.standIn.bedrock.record.list()).toEqual([]);
  });
});
