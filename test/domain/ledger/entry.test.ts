import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Balance, untouchedBalance } from '../../../domain/ledger/budget.ts';
import {
  type BalanceChange,
  type Entry,
  type EntryChange,
  expireEntry,
  reservationChange,
  settleEntry,
  voidEntry,
} from '../../../domain/ledger/entry.ts';
import { correctEntry } from '../../../domain/ledger/correct-entry.ts';
import { postingsOf } from '../../../domain/ledger/entry-postings.ts';
import { NO_TOKENS } from '../../../domain/token-usage.ts';

const reserved = (amountNanoUsd: bigint): Entry => ({
  entryId: 'r1',
  kind: 'reservation',
  organizationId: 'acme',
  userId: 'ada',
  system: 'relaycore',
  model: 'm',
  state: 'reserved',
  amountNanoUsd,
  chargedNanoUsd: 0n,
  balances: ['user/ada/daily/2026-11-21'],
  occurredAtMs: 1_000,
  expiresAtMs: 2_000,
  version: 1,
  requestDigest: 'd',
});

const settlement = (chargedNanoUsd: bigint) => ({
  chargedNanoUsd,
  usage: { ...NO_TOKENS, inputTokens: 10, outputTokens: 5 },
  model: 'm',
  settlementDigest: `s${chargedNanoUsd}`,
});

const changed = (change: EntryChange): Extract<EntryChange, { kind: 'change' }> => {
  if (change.kind !== 'change') throw new Error(`expected a change, got ${change.kind}`);
  return change;
};

describe('an entry', () => {
  it('returns what it did not spend', () => {
    const { entry, change } = changed(settleEntry(reserved(100n), settlement(60n), 1_500));
    expect(entry).toMatchObject({ state: 'settled', chargedNanoUsd: 60n, version: 2 });
    expect(change).toEqual({ headroomNanoUsd: 40n, reservedNanoUsd: -100n, settledNanoUsd: 60n });
  });

  it('records an overrun in full', () => {
    const { change } = changed(settleEntry(reserved(100n), settlement(150n), 1_500));
    expect(change).toEqual({ headroomNanoUsd: -50n, reservedNanoUsd: -100n, settledNanoUsd: 150n });
  });

  it('is presumed spent when it expires, and corrected by a late settlement', () => {
    const expired = changed(expireEntry(reserved(100n), 2_000));
    expect(expired.entry).toMatchObject({ state: 'expired', chargedNanoUsd: 100n });
    const late = changed(settleEntry(expired.entry, settlement(30n), 9_000));
    expect(late.change).toEqual({
      headroomNanoUsd: 70n,
      reservedNanoUsd: 0n,
      settledNanoUsd: -70n,
    });
    expect(postingsOf(expired.entry, late.entry)).toMatchObject([
      { kind: 'correction', amountNanoUsd: -70n, requests: 0, presumedNanoUsd: 100n },
    ]);
  });

  it('is billed in its month, and what corrects that later in the month of the correction', () => {
    const february = Date.parse('2026-02-28T23:59:00Z');
    const march = Date.parse('2026-03-01');
    const open = { ...reserved(100n), occurredAtMs: february, expiresAtMs: february + 1_000 };
    const settled = changed(settleEntry(open, settlement(60n), march)).entry;
    const months = (before: Entry, after: Entry) =>
      postingsOf(before, after).map(({ billedMonth }) => billedMonth);
    expect(months(open, settled)).toEqual([undefined]);
    const order = { correctionId: 'c', chargedNanoUsd: 0n, actor: 'a', reason: 'refund' };
    const refunded = correctEntry(settled, order, march);
    expect(refunded.kind === 'change' && months(settled, refunded.entry)).toEqual(['2026-03']);
    const expired = changed(expireEntry(open, february + 1_000)).entry;
    const late = (model: string, atMs: number) =>
      months(expired, changed(settleEntry(expired, { ...settlement(1n), model }, atMs)).entry);
    expect(late('m', march - 1)).toEqual([undefined]);
    expect(late('n', march)).toEqual(['2026-03', '2026-03']);
  });

  it('tells the terms that priced its usage, and none where there is no usage', () => {
    const flex: Entry = { ...reserved(100n), serviceTier: 'flex' };
    const terms = (before: Entry, change: EntryChange) =>
      postingsOf(before, changed(change).entry).map((posting) => posting.terms);
    expect(terms(flex, settleEntry(flex, settlement(60n), 1_500))).toEqual([{ tier: 'flex' }]);
    const served = { ...settlement(60n), terms: { tier: 'standard', place: 'us' } as const };
    expect(terms(flex, settleEntry(flex, served, 1_500))).toEqual([
      { tier: 'standard', place: 'us' },
    ]);
    expect(terms(flex, expireEntry(flex, 2_000))).toEqual([undefined]);
    expect(terms(reserved(9n), settleEntry(reserved(9n), settlement(6n), 1_500))).toEqual([
      undefined,
    ]);
  });

  it('moves the money between models when a late settlement names another one', () => {
    const expired = changed(expireEntry(reserved(100n), 2_000));
    const late = changed(settleEntry(expired.entry, { ...settlement(30n), model: 'n' }, 9_000));
    expect(postingsOf(expired.entry, late.entry)).toMatchObject([
      { model: 'm', amountNanoUsd: -100n },
      { model: 'n', amountNanoUsd: 30n },
    ]);
  });

  it('does not expire before its time', () => {
    expect(expireEntry(reserved(100n), 1_999).kind).toBe('repeat');
  });

  it('answers a repeated settlement and refuses another one', () => {
    const { entry } = changed(settleEntry(reserved(100n), settlement(60n), 1_500));
    expect(settleEntry(entry, settlement(60n), 1_600)).toEqual({ kind: 'repeat', entry });
    expect(settleEntry(entry, settlement(61n), 1_600)).toMatchObject({
      reason: 'settled-differently',
    });
    expect(voidEntry(entry, 1_600)).toMatchObject({ kind: 'refused', reason: 'settled' });
  });

  it('is not settled once it was voided', () => {
    const { entry } = changed(voidEntry(reserved(100n), 1_500));
    expect(settleEntry(entry, settlement(1n), 1_600)).toMatchObject({ reason: 'voided' });
    expect(postingsOf(reserved(100n), entry)).toEqual([]);
  });

  it('keeps the conservation law, and its postings sum to its charge, in any order of events', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('settle' as const), charged: fc.bigInt(0n, 500n) }),
      fc.record({ kind: fc.constant('void' as const) }),
      fc.record({
        kind: fc.constant('expire' as const),
        nowMs: fc.integer({ min: 0, max: 4_000 }),
      }),
    );
    fc.assert(
      fc.property(fc.bigInt(1n, 300n), fc.array(event, { maxLength: 8 }), (amount, events) => {
        let entry = reserved(amount);
        let balance = applied(untouchedBalance(1_000n), reservationChange(amount));
        let posted = 0n;
        for (const next of events) {
          const before = entry;
          const result =
            next.kind === 'settle'
              ? settleEntry(entry, settlement(next.charged), 3_000)
              : next.kind === 'void'
                ? voidEntry(entry, 3_000)
                : expireEntry(entry, next.nowMs);
          if (result.kind !== 'change') continue;
          entry = result.entry;
          balance = applied(balance, result.change);
          for (const { amountNanoUsd } of postingsOf(before, entry)) posted += amountNanoUsd;
        }
        const { limitNanoUsd, headroomNanoUsd, reservedNanoUsd, settledNanoUsd } = balance;
        expect(headroomNanoUsd + reservedNanoUsd + settledNanoUsd).toBe(limitNanoUsd);
        expect(reservedNanoUsd).toBe(entry.state === 'reserved' ? amount : 0n);
        expect(settledNanoUsd).toBe(entry.chargedNanoUsd);
        expect(posted).toBe(entry.chargedNanoUsd);
      }),
    );
  });
});

function applied(balance: Balance, change: BalanceChange): Balance {
  return {
    ...balance,
    headroomNanoUsd: balance.headroomNanoUsd + change.headroomNanoUsd,
    reservedNanoUsd: balance.reservedNanoUsd + change.reservedNanoUsd,
    settledNanoUsd: balance.settledNanoUsd + change.settledNanoUsd,
  };
}
