import { describe, expect, test } from 'vitest';
import { aiRequest, BUDGET, eventOf, openModelDesk, SONNET } from '../support/model-desk.ts';

const desk = openModelDesk();
const SETTING = 'PUT /v1/settings/costs';

/** 3 USD at the price of the card; the provider says 2.50. */
const providerUsage = { prompt_tokens: 1_000_000, completion_tokens: 0, cost: 2.5 };

const settledOf = async () => {
  const params = { scope: 'user', scopeId: 'ada', period: 'daily' };
  return (await desk.ok(`GET ${BUDGET}`, { params })).json['settledUsd'];
};
const event = () => ({ ...eventOf(), usage: undefined, providerUsage });

describe('the cost that an organization books', () => {
  test.each([
    [undefined, 'caller', '3.000000000'],
    ['priced', 'caller', '3.000000000'],
    ['reported', 'operator', '2.500000000'],
  ])('with the setting %s, sent by a %s, is %s for an event', async (basis, role, settled) => {
    await desk.setBudget('user', 'ada', '100');
    expect((await desk.ok('GET /v1/settings/costs')).json).toEqual({ basis: 'priced' });
    if (basis !== undefined) {
      expect((await desk.ok(SETTING, { body: { basis } })).json).toEqual({ basis });
    }
    await desk.ok('POST /v1/usage', { role, body: { events: [event()] } });
    expect(await settledOf()).toBe(settled);
  });

  test('is the reported one for a settlement, too, if that is set', async () => {
    await desk.setBudget('user', 'ada', '100');
    await desk.ok(SETTING, { body: { basis: 'reported' } });
    const request = aiRequest({ model: SONNET, inputTokens: 1_000_000, maxOutputTokens: 1 });
    const { json } = await desk.ok('POST /v1/reservations', { body: request });
    const params = { id: String(json['reservationId']) };
    await desk.ok('POST /v1/reservations/{id}/settle', { params, body: { providerUsage } });
    expect(await settledOf()).toBe('2.500000000');
  });

  test('is refused by name if it is unknown, and changes nothing', async () => {
    const refused = await desk.ask(SETTING, { body: { basis: 'free' } });
    expect(refused.status).toBe(400);
    expect(refused.json['errors']).toMatchObject([{ field: 'basis' }]);
    expect((await desk.ok('GET /v1/settings/costs')).json).toEqual({ basis: 'priced' });
  });
});
