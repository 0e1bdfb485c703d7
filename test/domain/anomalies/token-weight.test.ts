import { expect, test } from 'vitest';
import { explainAnomaly, sliceOf } from '../../../domain/anomalies/explain-anomaly.ts';
import { tokenWeight } from '../../../domain/anomalies/token-weight.ts';
import { NOTHING } from '../../../domain/reporting/measures.ts';

const AT_MS = Date.parse('2026-11-21T12:00:00Z');
const SONNET = 'anthropic.claude-sonnet-4-6';
const used = { ...NOTHING, requests: 100n, inputTokens: 100_000n, outputTokens: 10_000n };

/** Requests at 3 and 15 USD per million tokens, and 0.30 from a cache, partly paid. */
function sliceWith(over: Partial<typeof used>, paidPercent = 100n) {
  const measures = { ...used, ...over };
  const { inputTokens, outputTokens, cacheReadTokens } = measures;
  const listNanoUsd = 3_000n * inputTokens + 15_000n * outputTokens + 300n * cacheReadTokens;
  const key = { organizationId: 'acme', dimension: 'model', granularity: 'hourly' } as const;
  return sliceOf(
    {
      ...key,
      value: SONNET,
      bucket: '2026-11-21T12',
      measures: { ...measures, costNanoUsd: (listNanoUsd * paidPercent) / 100n },
    },
    AT_MS,
  );
}

test.each([
  [
    'longer requests of the same kind',
    sliceWith({ inputTokens: 200_000n, outputTokens: 20_000n }),
    'size',
  ],
  [
    'answers instead of prompts',
    sliceWith({ inputTokens: 60_000n, outputTokens: 50_000n }),
    'tokenMix',
  ],
  ['prompts from a cache', sliceWith({ inputTokens: 0n, cacheReadTokens: 100_000n }), 'tokenMix'],
  ['a dearer tier', sliceWith({}, 175n), 'price'],
])('%s: the cause is told, and nothing else', (_, after, cause) => {
  const { effects, differenceNanoUsd } = explainAnomaly([sliceWith({})], [after]);
  const none = { volume: 0n, mix: 0n, size: 0n, tokenMix: 0n, price: 0n };
  expect(effects).toEqual({ ...none, [cause]: differenceNanoUsd });
});

test('all tokens weigh alike where no price is known, or models are mixed', () => {
  expect(tokenWeight('no-such-model', used, AT_MS)).toBe(110_000n);
  expect(tokenWeight(undefined, { ...used, cacheReadTokens: 7n }, AT_MS)).toBe(110_007n);
});
