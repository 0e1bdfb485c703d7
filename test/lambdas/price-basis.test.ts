import { describe, expect, test } from 'vitest';
import { eventOf, openModelDesk } from '../support/model-desk.ts';

const desk = openModelDesk();

const MODEL = 'amazon.nova-pro-v1:0';
/** A region whose price the card does not know, and one that it knows. */
const UNKNOWN = 'sa-east-1';
const KNOWN = 'us-east-1';
const LENDING = { mode: 'escrow', peakRequestsPerSecond: 1_000 };
const usage = { inputTokens: 1_000, outputTokens: 100 };

describe.each([
  ['an exact budget', {}],
  ['a lending budget', LENDING],
])('how a price is known, with %s,', (_, mode) => {
  test('is said of a reservation, its settlement and its record', async () => {
    await desk.setBudget('organization', desk.organizationId(), '100', mode);
    const reserved = await desk.reserve({ model: MODEL, region: UNKNOWN });
    expect(reserved.json['priceBasis']).toBe('dearest-known');
    expect((await desk.stateOf(reserved))['priceBasis']).toBe('dearest-known');
    const settled = await desk.settle(reserved, { usage });
    expect(settled.json['priceBasis']).toBe('dearest-known');
    expect((await desk.stateOf(reserved))['priceBasis']).toBe('dearest-known');
    await desk.aggregate(reserved);
    const { json } = await desk.ok('GET /v1/usage');
    expect(json['items']).toMatchObject([{ region: UNKNOWN, priceBasis: 'dearest-known' }]);
  });

  test('changes with the region that served the request', async () => {
    await desk.setBudget('organization', desk.organizationId(), '100', mode);
    const guessed = await desk.reserve({ model: MODEL, region: UNKNOWN });
    await desk.settle(guessed, { usage, region: KNOWN });
    expect((await desk.stateOf(guessed))['priceBasis']).toBe('listed');
    const listed = await desk.reserve({ model: MODEL, region: KNOWN });
    expect(listed.json['priceBasis']).toBeUndefined();
    expect((await desk.settle(listed, { usage, region: UNKNOWN })).json['priceBasis']).toBe(
      'dearest-known',
    );
    expect((await desk.stateOf(listed))['priceBasis']).toBe('dearest-known');
  });
});

test('how the price of a usage event is known is said in its record', async () => {
  const events = [eventOf({ model: MODEL, region: UNKNOWN }), eventOf({ model: MODEL })];
  await desk.send(...events);
  await desk.aggregateEvents(...events.map(({ eventId }) => eventId));
  const { json } = await desk.ok('GET /v1/usage');
  const bases = (json['items'] as { priceBasis?: string }[]).map(({ priceBasis }) => priceBasis);
  expect(new Set(bases)).toEqual(new Set(['dearest-known', undefined]));
});
