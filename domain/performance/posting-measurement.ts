import type { Posting } from '../ledger/posting.ts';
import type { Measurement } from './measurement.ts';

const MICROSECONDS = 1_000;
const MILLIONTHS = 1_000_000;

/**
 * What the posting of a request tells of its call, or `undefined`: corrections are no calls, and of a
 * presumed one nothing was measured. Throughput is output tokens in a second.
 */
export function measurementOf(posting: Posting): Measurement | undefined {
  const { kind, requests, system, occurredAtMs, amountNanoUsd, latencyMs, quality } = posting;
  if (requests === 0 || kind === 'presumption' || amountNanoUsd < 0n) return undefined;
  const { outputTokens } = posting.usage;
  const hasSpeed = latencyMs !== undefined && latencyMs > 0 && outputTokens > 0;
  return {
    system,
    atMs: occurredAtMs,
    start: 'unstated',
    values: {
      cost: amountNanoUsd,
      ...(latencyMs === undefined ? {} : { responseTime: rounded(latencyMs * MICROSECONDS) }),
      ...(quality === undefined ? {} : { accuracy: rounded(quality * MILLIONTHS) }),
      // A thousand tokens in a millisecond are as many thousandths in a second.
      ...(hasSpeed ? { throughput: rounded((outputTokens * 1_000_000) / latencyMs) } : {}),
    },
  };
}

const rounded = (value: number): bigint => BigInt(Math.round(value));
