import { expect, test } from 'vitest';
import { gatewayText } from '../../../lab/bench/gateway/gateway-text.ts';
import type { ProgramTimes } from '../../../lab/bench/gateway/measure-gateway.ts';

const times = (p50: number): ProgramTimes => {
  const quantiles = { p50, p95: 2 * p50, p99: 3 * p50 };
  return {
    whole: quantiles,
    firstToken: quantiles,
    streamed: quantiles,
    cpuMs: 1,
    streamedCpuMs: 2,
  };
};
const RESULT = {
  direct: times(2),
  purser: times(12),
  peer: times(6),
  bareMs: { p50: 4, p95: 5, p99: 6 },
};

test('overhead is compared with a peer and the two transactions that budgets need', () => {
  const text = gatewayText(RESULT);
  // Ten milliseconds over a direct call, against the peer's four and the transactions' four.
  expect(text).toContain('×1.25');
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(90);
});

test('a peer that does not start leaves the other figures', () => {
  const text = gatewayText({ ...RESULT, peer: 'The peer could not be started: no network' });
  expect(text).toContain('no network');
  expect(text).toContain('Purser');
  expect(text).not.toContain('ratio');
});
