import { describe, expect, it } from 'vitest';
import { CLAUDE, GPT, NOVA } from '../local/bedrock/stand-in.ts';
import { openGatewayDesk } from '../support/gateway-desk.ts';

const desk = openGatewayDesk();
const LIST = 'GET /openai/v1/models';
const ONE = 'GET /openai/v1/models/{model}';

const show = async (model: string) => {
  const { status, body } = await desk.call(ONE, { params: { model } });
  return { status, json: JSON.parse(body) as Record<string, unknown> };
};

describe('one model of the list', () => {
  it('says what the list says, by any of its names, with what is left', async () => {
    await desk.limit('user', 'admin', 5_000_000_000n);
    const { data } = JSON.parse((await desk.call(LIST)).body) as { data: { id: string }[] };
    for (const model of [CLAUDE, GPT, NOVA]) {
      const { json } = await show(model);
      expect(json).toEqual(data.find(({ id }) => id === model));
    }
    expect((await show('nova-lite')).json).toEqual({
      ...data.find(({ id }) => id === NOVA),
      id: 'nova-lite',
    });
  });

  it('is not there where the list has none', async () => {
    for (const model of ['claude-9', 'gpt-4o', '__proto__', '%', 'a'.repeat(300)]) {
      expect((await show(model)).status, model).toBe(404);
    }
  });

  it('reads the price and the budgets of no other model', async () => {
    const unitsOf = async (route: string, params: Record<string, string> = {}): Promise<number> => {
      desk.takeConsumed();
      expect((await desk.call(route, { params })).status).toBe(200);
      return desk.takeConsumed().readUnits;
    };
    await unitsOf(LIST);
    const list = await unitsOf(LIST);
    const one = await unitsOf(ONE, { model: NOVA });
    expect([list, one]).toEqual([11, 5.5]);
  });
});
