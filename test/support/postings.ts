import fc from 'fast-check';
import type { Posting } from '../../domain/ledger/posting.ts';
import { rethrow } from './nothing-apart.ts';

/** Half past twelve on a Saturday, UTC. */
export const NOON = Date.parse('2026-11-21T12:30:00Z');
const HOUR_MS = 3_600_000;

let made = 0;

/** A typical settlement with a new ID each time. */
export function postingWith(facts: Partial<Posting> = {}): Posting {
  made += 1;
  return {
    postingId: `request-${made}.2`,
    kind: 'settlement',
    entryId: `request-${made}`,
    organizationId: 'acme',
    userId: 'ada',
    departmentId: 'research',
    system: 'relaycore',
    operation: 'chat',
    model: 'amazon.nova-lite-v1:0',
    region: undefined,
    tags: undefined,
    occurredAtMs: NOON,
    postedAtMs: NOON + 2_000,
    amountNanoUsd: 1_234_567n,
    requests: 1,
    usage: { inputTokens: 1_000, outputTokens: 200, cacheReadTokens: 30, cacheWriteTokens: 4 },
    expectedCostNanoUsd: 1_200_000n,
    reservedNanoUsd: 2_000_000n,
    predictedInputTokens: 1_000,
    predictedOutputTokens: 190,
    maxOutputTokens: 4_096,
    predictorVersion: 'v1',
    latencyMs: 850,
    quality: undefined,
    ...facts,
  };
}

const maybe = (values: string[]) => fc.constantFrom(undefined, ...values);

/** One organization's postings over three days, in any order, with unique IDs. */
export const arbitraryPostings = (limits: { maxLength: number }): fc.Arbitrary<Posting[]> =>
  fc.array(
    fc
      .record({
        kind: fc.constantFrom<Posting['kind']>('settlement', 'presumption', 'correction', 'charge'),
        userId: fc.constantFrom('ada', 'grace', 'edsger', 'barbara'),
        departmentId: maybe(['research', 'sales']),
        system: fc.constantFrom('automatrix', 'relaycore', 'neuroweaver'),
        operation: maybe(['chat', 'rank']),
        tags: fc.constantFrom<Posting['tags']>(
          undefined,
          { team: 'search' },
          { team: 'a#b%23', stage: 'live', other: 'x' },
          { team: '' },
        ),
        model: fc.constantFrom('amazon.nova-lite-v1:0', 'amazon.nova-pro-v1:0'),
        occurredAtMs: fc.integer({ min: NOON - 36 * HOUR_MS, max: NOON + 36 * HOUR_MS }),
        amountNanoUsd: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 18n }),
        latencyMs: fc.constantFrom(undefined, 0, 12.5, 800),
      })
      .map((facts) => postingWith({ ...facts, requests: facts.kind === 'correction' ? 0 : 1 })),
    limits,
  );

/** Aggregates postings and does nothing else with them. */
export const onlySums = { learn: async (): Promise<void> => {}, suspend: rethrow };
