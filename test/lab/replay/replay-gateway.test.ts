import { describe, expect, it } from 'vitest';
import { gatewayReplayText } from '../../../lab/replay/gateway/gateway-text.ts';
import { type GatewayOutcome, isSound, LOST } from '../../../lab/replay/gateway/replay-gateway.ts';
import type { SentRow } from '../../../lab/replay/gateway/send-row.ts';

const row = (end: SentRow['end'], status: number): SentRow => ({
  end,
  status,
  reservationId: `${end}-${status}`,
  model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  region: 'us-west-2',
  firstByteMs: 12,
});

const SOUND: GatewayOutcome = {
  sent: [row('answered', 200), row('gone', 200), row('failed', 500), row('failed', 502)],
  states: new Map([
    ['settled', 2],
    ['voided', 1],
    [LOST, 1],
  ]),
  used: { calls: 2, inputTokens: 300, outputTokens: 40 },
  counted: { requests: 2, inputTokens: 300, outputTokens: 40 },
  report: {
    totalUsd: '0.000500000',
    totalNanoUsd: 500_000n,
    total: { costUsd: '0.000500000', requests: 2, inputTokens: 300, outputTokens: 40 },
    groups: [{ key: 'relaycore', costUsd: '0.000500000', requests: 2 }],
  },
  ledger: { state: 'equal', ledgerUsd: '0.000500000', reportUsd: '0.000500000' },
};

describe('a replay through the gateway', () => {
  it('is sound when every call is closed or lost, and providers, reports and ledger agree', () => {
    expect(isSound(SOUND)).toBe(true);
  });

  it.each<[string, Partial<GatewayOutcome>]>([
    ['a reservation stays open', { states: new Map([['reserved', 1]]) }],
    ['a call is counted twice', { counted: { requests: 3, inputTokens: 450, outputTokens: 40 } }],
    ['output is not counted', { counted: { requests: 2, inputTokens: 300, outputTokens: 39 } }],
    ['the ledger is broken', { ledger: { state: 'violated', output: 'balance' } }],
    [
      'the report differs from the ledger',
      { ledger: { state: 'different', ledgerUsd: '1', reportUsd: '2' } },
    ],
  ])('is not sound when %s', (_name, change) => {
    expect(isSound({ ...SOUND, ...change })).toBe(false);
  });

  it('reports within 80 columns', () => {
    const text = gatewayReplayText(SOUND);
    expect(text).toContain('client went away');
    expect(text).toContain('Every call is closed or lost, and nothing is counted twice.');
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});
