import { describe, expect, it } from 'vitest';
import {
  mayRetry,
  outcomeKindOf,
  pauseBeforeRetryMs,
  type UpstreamFault,
} from '../../../domain/routing/retry.ts';

const FAULTS: [UpstreamFault, kind: string, isSafe: boolean][] = [
  [{ status: 429, name: 'ThrottlingException' }, 'throttled', true],
  [{ status: 429, name: 'ModelNotReadyException' }, 'throttled', true],
  [{ status: 400, name: 'ServiceQuotaExceededException' }, 'throttled', true],
  [{ status: 408, name: 'ModelTimeoutException' }, 'timeout', false],
  [{ status: 500, name: 'InternalServerException' }, 'failed', true],
  [{ status: 503, name: 'ServiceUnavailableException' }, 'failed', true],
  [{ status: 400, name: 'ValidationException' }, 'refused', false],
  [{ status: 403, name: 'AccessDeniedException' }, 'refused', false],
  [{ status: 404, name: 'ResourceNotFoundException' }, 'refused', false],
  [{ status: 424, name: 'ModelErrorException' }, 'refused', false],
  [{ status: 424, name: 'toString' }, 'refused', false],
  [{ status: 429 }, 'throttled', true],
  [{ status: 502 }, 'failed', false],
  [{ status: 504 }, 'timeout', false],
  [{ status: 401 }, 'refused', false],
  [{ lost: 'unconnected' }, 'failed', true],
  [{ lost: 'late' }, 'timeout', false],
  [{ lost: 'broken' }, 'failed', false],
];

describe('faults of upstreams', () => {
  it.each(FAULTS)('%j counts as %s; sent again: %s', (fault, kind, isSafe) => {
    expect(outcomeKindOf(fault)).toBe(kind);
    expect(mayRetry(fault, { isBegun: false })).toBe(isSafe);
    expect(mayRetry(fault, { isBegun: true })).toBe(false);
  });
});

describe('pauseBeforeRetryMs', () => {
  it('tries another endpoint at once', () => {
    expect(pauseBeforeRetryMs(1, { isSameEndpoint: false, random: 1, retryAfterMs: 9_000 })).toBe(
      0,
    );
  });

  it('waits longer with each failure, up to two seconds', () => {
    const longest = [1, 2, 3, 4, 5, 20].map((failures) =>
      pauseBeforeRetryMs(failures, { isSameEndpoint: true, random: 1 }),
    );
    expect(longest).toEqual([200, 400, 800, 1_600, 2_000, 2_000]);
    expect(pauseBeforeRetryMs(3, { isSameEndpoint: true, random: 0 })).toBe(0);
  });

  it('obeys a short wait that the answer names, and bounds a long one', () => {
    const same = { isSameEndpoint: true, random: 0 };
    expect(pauseBeforeRetryMs(1, { ...same, retryAfterMs: 1_000 })).toBe(1_000);
    expect(pauseBeforeRetryMs(1, { ...same, retryAfterMs: 86_400_000 })).toBe(2_000);
    expect(pauseBeforeRetryMs(1, { ...same, retryAfterMs: -5 })).toBe(0);
  });
});
