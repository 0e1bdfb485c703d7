import { describe, expect, it } from 'vitest';
import { gatewayReplayText } from '../../../lab/replay/gateway/gateway-text.ts';
import type { ClosedCall } from '../../../lab/replay/gateway/closed-calls.ts';
import { type GatewayOutcome, isSound } from '../../../lab/replay/gateway/replay-gateway.ts';
import type { SentRow } from '../../../lab/replay/gateway/send-row.ts';

const row = (end: SentRow['end'], status: number): SentRow => ({
  end,
  status,
  reservationId: `${end}-${status}`,
  model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
  region: 'us-west-2',
  firstByteMs: 12,
});

const closed = (id: string, change: Partial<ClosedCall> = {}): ClosedCall => ({
  reservationId: id,
  status: 200,
  state: 'settled',
  delivery: undefined,
  model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
  settledNanoUsd: 250_000n,
  inputTokens: 150,
  outputTokens: 20,
  ...change,
});

const CLOSED = [
  closed('answered-200'),
  closed('gone-200'),
  closed('failed-500', { status: 500, state: 'voided', settledNanoUsd: 0n }),
  closed('failed-502', { status: 502, delivery: 'failed', inputTokens: 90, outputTokens: 9 }),
];

const SOUND: GatewayOutcome = {
  sent: [row('answered', 200), row('gone', 200), row('failed', 500), row('failed', 502)],
  closed: CLOSED,
  used: { calls: 2, inputTokens: 300, outputTokens: 40 },
  counted: { requests: 3, inputTokens: 390, outputTokens: 49 },
  report: {
    totalUsd: '0.000500000',
    totalNanoUsd: 500_000n,
    total: { costUsd: '0.000500000', requests: 2, inputTokens: 300, outputTokens: 40 },
    groups: [{ key: 'relaycore', costUsd: '0.000500000', requests: 2 }],
  },
  ledger: { state: 'equal', ledgerUsd: '0.000500000', reportUsd: '0.000500000' },
};

describe('a replay through the gateway', () => {
  it('is sound when all is settled or voided, and providers, reports and ledger agree', () => {
    expect(isSound(SOUND)).toBe(true);
  });

  it.each<[string, Partial<GatewayOutcome>, string]>([
    [
      'a lost call stays open',
      { closed: [...CLOSED, closed('more', { status: 504, state: 'reserved' })] },
      'DIFFERENT: calls neither settled nor voided: 1',
    ],
    [
      'a call expires',
      { closed: [...CLOSED, closed('more', { state: 'expired' })] },
      'DIFFERENT: calls neither settled nor voided: 1',
    ],
    [
      'a call is counted twice',
      { counted: { requests: 4, inputTokens: 540, outputTokens: 69 } },
      'counted twice: requests 1, input tokens 150, output tokens 20',
    ],
    [
      'output is not counted',
      { counted: { requests: 3, inputTokens: 390, outputTokens: 48 } },
      'DIFFERENT: something is not counted',
    ],
    ['the ledger is broken', { ledger: { state: 'violated', output: 'balance' } }, 'FAILED'],
    [
      'the report differs from the ledger',
      { ledger: { state: 'different', ledgerUsd: '1', reportUsd: '2' } },
      'DIFFERENT: the ledger does not agree',
    ],
  ])('is not sound when %s', (_name, change, words) => {
    expect(isSound({ ...SOUND, ...change })).toBe(false);
    expect(gatewayReplayText({ ...SOUND, ...change }, [])).toContain(words);
  });

  it('reports ends, costs and quality within 80 columns', () => {
    const model = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
    const text = gatewayReplayText(SOUND, [{ model, quality: 0.8 }]);
    const rows = text.split('\n').map((line) => line.replaceAll(/ +/g, ' ').trim());
    expect(rows).toContain('delivered: settled at what the provider counted 1 0.000250000');
    expect(rows).toContain('drained: client gone, settled at what it counted 1 0.000250000');
    expect(rows).toContain('failed: voided, or an estimate of what broke off 1 0.000000000');
    expect(rows).toContain('lost: no answer after it was sent, an estimate 1 0.000250000');
    expect(rows).toContain('anthropic.claude-haiku-4-5 3 0.000750000 0.800');
    expect(rows).toContain('counted twice: none');
    expect(text).toContain('SOUND: every call is settled or voided, and counted once.');
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });
});
