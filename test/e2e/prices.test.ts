import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awsOffer, novaLite } from '../support/aws-offer.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';

type Mail = { subject?: string; message: string };
type Card = { current: { origin: string; inputUsdPerMillion: string } };

const MODEL = 'amazon.nova-lite';
const DAY_MS = 86_400_000;

let purser: BorrowedPurser;
let folder = '';
beforeAll(async () => {
  purser = await borrowPurser();
  folder = join(purser.dataDirectory, 'price-lists');
  mkdirSync(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  return purser?.giveBack();
});

const mails = async (): Promise<Mail[]> =>
  (await purser.get<{ items: Mail[] }>('/_local/inbox')).body.items.filter(
    ({ subject }) =>
      subject?.includes('AWS lists other prices') && subject.includes(purser.organizationId),
  );

/** Spends a little, and lets a night pass, in which prices are compared. */
async function night(): Promise<void> {
  const at = new Date(await purser.now()).toISOString();
  const usage = { inputTokens: 1_000, outputTokens: 10 };
  const event = { eventId: at, at, system: 'relaycore', userId: 'ada', model: MODEL, usage };
  expect((await purser.post('/v1/usage', { events: [event] })).status).toBe(200);
  await purser.drain();
  await purser.post('/_local/clock', { advanceMs: DAY_MS });
  await purser.drain();
}

test('a new price in the local list is told once, and applied where that is allowed', async () => {
  writeFileSync(
    join(folder, 'bedrock.json'),
    JSON.stringify(awsOffer(novaLite('0.00007', '0.00024'))),
  );
  await night();
  await expect.poll(async () => (await mails()).length, { timeout: 20_000 }).toBe(1);
  expect((await mails())[0]?.message).toContain('input:  0.06 → 0.07 USD per million tokens');
  await night();
  expect(await mails()).toHaveLength(1);

  expect((await purser.put('/v1/settings/prices', { updates: 'apply' })).status).toBe(200);
  await night();
  const current = async () =>
    (await purser.get<Card>(`/v1/rate-cards/${MODEL}`)).body.current.inputUsdPerMillion;
  await expect.poll(current, { timeout: 20_000 }).toBe('0.070000000');
  await expect.poll(async () => (await mails()).length, { timeout: 20_000 }).toBe(2);
  await night();
  expect(await mails()).toHaveLength(2);
});
