import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correctEntry, MAX_CORRECTIONS } from '../../../domain/ledger/correct-entry.ts';
import type { Entry, EntryState } from '../../../domain/ledger/entry.ts';
import { postingsOf } from '../../../domain/ledger/entry-postings.ts';
import { measuresOf } from '../../../domain/reporting/measures.ts';

const settled = (chargedNanoUsd: bigint, over: Partial<Entry> = {}): Entry => ({
  entryId: 'r1',
  kind: 'reservation',
  organizationId: 'acme',
  userId: 'ada',
  system: 'relaycore',
  model: 'm',
  state: 'settled',
  amountNanoUsd: 100n,
  chargedNanoUsd,
  balances: ['user/ada/daily/2026-11-21'],
  occurredAtMs: 1_000,
  expiresAtMs: 2_000,
  closedAtMs: 1_500,
  version: 2,
  requestDigest: 'd',
  usage: { inputTokens: 10, outputTokens: 5, cacheReadTokens: 1, cacheWriteTokens: 2 },
  latencyMs: 800,
  quality: 0.5,
  ...over,
});

const to = (chargedNanoUsd: bigint, correctionId = 'c1') => ({
  correctionId,
  chargedNanoUsd,
  actor: 'key-1',
  reason: 'refunded',
});

describe('a correction', () => {
  it('moves the difference, leaves the entry settled and remembers itself', () => {
    const entry = settled(60n);
    const corrected = correctEntry(entry, to(20n), 9_000);
    expect(corrected).toEqual({
      kind: 'change',
      entry: {
        ...entry,
        chargedNanoUsd: 20n,
        version: 3,
        corrections: [{ ...to(20n), previousNanoUsd: 60n, atMs: 9_000 }],
      },
      change: { headroomNanoUsd: 40n, reservedNanoUsd: 0n, settledNanoUsd: -40n },
    });
    expect(correctEntry(entry, to(75n), 9_000)).toMatchObject({
      change: { headroomNanoUsd: -15n, reservedNanoUsd: 0n, settledNanoUsd: 15n },
    });
  });

  it('posts money alone: the request and its usage are counted already', () => {
    const before = settled(60n);
    const corrected = correctEntry(before, to(20n), 9_000);
    if (corrected.kind !== 'change') throw new Error('not corrected');
    const [posting, ...more] = postingsOf(before, corrected.entry);
    expect(more).toEqual([]);
    expect(posting).toMatchObject({
      postingId: 'r1.3',
      kind: 'correction',
      occurredAtMs: 1_000,
      postedAtMs: 9_000,
    });
    const nonZero = Object.entries(posting ? measuresOf(posting) : {}).filter(([, sum]) => sum);
    expect(Object.fromEntries(nonZero)).toEqual({ costNanoUsd: -40n, correctedCostNanoUsd: -40n });
  });

  it.each<EntryState>(['reserved', 'voided', 'expired'])('is refused of what is %s', (state) => {
    const reason = { kind: 'refused', reason: state };
    expect(correctEntry(settled(60n, { state }), to(20n), 9_000)).toEqual(reason);
  });

  it('is never below nothing', () => {
    expect(() => correctEntry(settled(60n), to(-1n), 9_000)).toThrow(RangeError);
  });

  it('is refused when too many were made, and repeats are answered even then', () => {
    let entry = settled(0n);
    for (let made = 1; made <= MAX_CORRECTIONS; made += 1) {
      const next = correctEntry(entry, to(BigInt(made), `c${made}`), 9_000);
      if (next.kind !== 'change') throw new Error(`correction ${made} was not made`);
      entry = next.entry;
    }
    expect(correctEntry(entry, to(1n, 'another'), 9_000)).toEqual({
      kind: 'refused',
      reason: 'corrected-too-often',
    });
    expect(correctEntry(entry, to(1n), 9_001)).toEqual({ kind: 'repeat', entry });
  });

  it('counts once per id, and all postings sum to the charge, in any order of orders', () => {
    const order = fc.record({ id: fc.integer({ min: 0, max: 5 }), amount: fc.bigInt(0n, 9n) });
    const kind = fc.constantFrom<Entry['kind']>('reservation', 'charge');
    fc.assert(
      fc.property(kind, fc.bigInt(0n, 9n), fc.array(order), (of, first, orders) => {
        let entry = settled(first, { kind: of, version: 1 });
        const posted = postingsOf(undefined, entry).map(({ amountNanoUsd }) => amountNanoUsd);
        const applied = new Map<number, bigint>();
        let [headroom, spent] = [-first, first];
        for (const { id, amount } of orders) {
          const next = correctEntry(entry, to(amount, `c${id}`), 9_000);
          const earlier = applied.get(id);
          if (earlier !== undefined) {
            const repeat = { kind: 'repeat', entry };
            const refused = { kind: 'refused', reason: 'corrected-differently' };
            expect(next).toEqual(earlier === amount ? repeat : refused);
            continue;
          }
          if (next.kind !== 'change') throw new Error('a first correction is not made');
          applied.set(id, amount);
          posted.push(...postingsOf(entry, next.entry).map((posting) => posting.amountNanoUsd));
          headroom += next.change.headroomNanoUsd;
          spent += next.change.settledNanoUsd;
          expect(next.change.reservedNanoUsd).toBe(0n);
          entry = next.entry;
        }
        expect(entry.chargedNanoUsd).toBe([...applied.values()].at(-1) ?? first);
        expect(posted.reduce((sum, amount) => sum + amount, 0n)).toBe(entry.chargedNanoUsd);
        expect({ headroom, spent }).toEqual({
          headroom: -entry.chargedNanoUsd,
          spent: entry.chargedNanoUsd,
        });
      }),
    );
  });
});
