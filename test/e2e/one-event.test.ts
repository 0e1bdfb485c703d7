import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';

type Message = { endpoint: string; subject?: string; message: string };

let purser: BorrowedPurser;
beforeAll(async () => {
  purser = await borrowPurser();
}, 120_000);
afterAll(() => purser?.giveBack());

const mailsTo = async (address: string): Promise<Message[]> => {
  const { body } = await purser.get<{ items: Message[] }>('/_local/inbox');
  return body.items.filter(({ endpoint }) => endpoint === address);
};

test('one event over several scopes and levels is one mail to each recipient, and its end another', async () => {
  const { organizationId } = purser;
  const finance = `finance@${organizationId}.example.com`;
  const lead = `lead@${organizationId}.example.com`;
  for (const [scope, to] of [
    [`organization/${organizationId}`, finance],
    ['department/research', lead],
  ] as const) {
    const preferences = { channels: [{ channel: 'email', to }] };
    const { status } = await purser.put(`/v1/alerts/preferences/${scope}`, preferences);
    expect(status).toBe(200);
  }
  const event = {
    eventId: 'much',
    at: new Date(await purser.now()).toISOString(),
    system: 'relaycore',
    userId: 'ada',
    departmentId: 'research',
    model: 'anthropic.claude-sonnet-4-6',
    usage: { inputTokens: 10_000_000, outputTokens: 0 },
  };
  const { body } = await purser.post<{ accepted: number }>('/v1/usage', { events: [event] });
  expect(body.accepted).toBe(1);
  await purser.drain();

  // Sums of one event reach the stream in several batches.
  const [ofFinance, ofLead] = [await mailsTo(finance), await mailsTo(lead)];
  expect([ofFinance.length, ofLead.length]).toEqual([1, 1]);
  expect(ofFinance[0]?.subject).toContain('Emergency: user ada spent 30.00 of 25.00 USD on ');
  const text = ofFinance[0]?.message ?? '';
  expect(text).toContain('In force now: this user is shut down until ');
  expect(text).toMatch(/\/v1\/controls\/ctl_\w+\/reverse/);
  expect(text).toContain('its critical level of 10.00 USD and its warning level of 5.00 USD');
  expect(text).toContain(`organization ${organizationId}, emergency:`);
  expect(text).toContain('system relaycore, emergency:');
  expect(ofLead[0]?.subject).toContain('Emergency: department research spent 30.00 of 25.00 USD');

  await purser.post('/_local/clock', { advanceMs: 86_400_000 });
  await purser.drain();
  const later = (await mailsTo(finance)).slice(1);
  expect(later.map(({ subject = '' }) => subject.replace(/^\[.*?\] /, ''))).toEqual([
    'Over: user ada is no longer restricted (spent 30.00 of 25.00 USD)',
  ]);
});
