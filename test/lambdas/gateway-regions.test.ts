import { expect, it } from 'vitest';
import { openGatewayDesk } from '../support/gateway-desk.ts';

const desk = openGatewayDesk();
/** Nano-dollars per token in us-east-1; eu-west-1, the dearest of the regions, costs 15 % more. */
const PRICE = { input: 800n, output: 3_200n };
const LIMIT_NANO_USD = 1_000_000_000n;

const send = (more: { region?: string }) =>
  desk.call('POST /v1/invocations', {
    body: {
      model: 'amazon.nova-pro-v1:0',
      messages: [{ role: 'user', content: [{ text: 'Name the capital.' }] }],
      inferenceConfig: { maxTokens: 1_000 },
      ...more,
    },
    headers: { 'x-purser-user': 'ada' },
  });

it('holds a call at the dearest region and settles it where it was served, to the nano-dollar', async () => {
  await desk.limit('user', 'ada', LIMIT_NANO_USD);
  const anywhere = await send({});
  const nearby = await send({ region: 'us-east-1' });
  expect([anywhere.status, nearby.status], anywhere.body + nearby.body).toEqual([200, 200]);
  expect(anywhere.headers['x-purser-region']).toBe('us-east-1');
  const [held, heldNearby] = [await desk.entryOf(anywhere), await desk.entryOf(nearby)];
  // The same tokens at both prices.
  const { amountNanoUsd = 0n } = held ?? {};
  expect(amountNanoUsd * 100n).toBe((heldNearby?.amountNanoUsd ?? 0n) * 115n);
  expect(amountNanoUsd).toBeGreaterThan(1_000n * PRICE.output);

  let spentNanoUsd = 0n;
  for (const entry of [held, heldNearby]) {
    const { inputTokens = 0, outputTokens = 0 } = entry?.usage ?? {};
    const costNanoUsd = BigInt(inputTokens) * PRICE.input + BigInt(outputTokens) * PRICE.output;
    expect(entry).toMatchObject({ state: 'settled', chargedNanoUsd: costNanoUsd });
    expect(costNanoUsd).toBeGreaterThan(0n);
    spentNanoUsd += costNanoUsd;
  }
  // What the dearest region would have cost more is free again.
  expect(await desk.balanceOf(held?.balances[0] ?? '')).toMatchObject({
    settledNanoUsd: spentNanoUsd,
    reservedNanoUsd: 0n,
    headroomNanoUsd: LIMIT_NANO_USD - spentNanoUsd,
  });
  expect((await desk.check()).violations).toEqual([]);
});
