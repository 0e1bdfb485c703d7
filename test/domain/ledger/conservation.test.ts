import { describe, expect, it } from 'vitest';
import { untouchedBalance } from '../../../domain/ledger/budget.ts';
import { createConservationCheck } from '../../../domain/ledger/conservation.ts';
import type { Entry } from '../../../domain/ledger/entry.ts';

const NAME = 'user/ada/daily/2026-11-21';
const entry = (over: Partial<Entry>): Entry => ({
  entryId: 'e',
  kind: 'reservation',
  organizationId: 'acme',
  userId: 'ada',
  system: 'relaycore',
  model: 'm',
  state: 'settled',
  amountNanoUsd: 50n,
  chargedNanoUsd: 30n,
  balances: [NAME],
  occurredAtMs: 0,
  version: 2,
  requestDigest: 'd',
  ...over,
});
const balance = (headroomNanoUsd: bigint, reservedNanoUsd: bigint, settledNanoUsd: bigint) => ({
  organizationId: 'acme',
  name: NAME,
  balance: { ...untouchedBalance(100n), headroomNanoUsd, reservedNanoUsd, settledNanoUsd },
});

function messages(fed: ReturnType<typeof balance>[], entries: Entry[], from = ''): string[] {
  const check = createConservationCheck(from);
  for (const ledgerEntry of entries) check.addEntry(ledgerEntry);
  for (const ledgerBalance of fed) check.addBalance(ledgerBalance);
  return check.report().violations.map(({ message }) => message);
}

const entries = [entry({}), entry({ state: 'reserved', chargedNanoUsd: 0n })];

describe('the conservation check', () => {
  it('finds nothing where everything adds up', () => {
    expect(messages([balance(20n, 50n, 30n)], entries)).toEqual([]);
  });

  it.each([
    ['a nano-dollar of headroom too much', balance(21n, 50n, 30n), 'limit'],
    ['a hold without a reservation', balance(19n, 51n, 30n), 'reserved'],
    ['spend without an entry', balance(19n, 50n, 31n), 'settled'],
  ])('finds %s', (_, wrong, word) => {
    expect(messages([wrong], entries).some((message) => message.startsWith(word))).toBe(true);
  });

  it('finds entries whose balance is missing', () => {
    expect(messages([], entries)).toEqual(['entries or wallets name it, but it is missing']);
  });

  it('leaves out periods whose entries may be gone with their retention', () => {
    expect(messages([balance(20n, 50n, 30n)], [], '2026-11-22')).toEqual([]);
    expect(messages([balance(20n, 50n, 30n)], [], '2026-11-21')).toHaveLength(2);
  });

  it('sums charges by organization, and what is settled above limits', () => {
    const check = createConservationCheck();
    check.addEntry(entry({ chargedNanoUsd: 120n }));
    check.addEntry(entry({ organizationId: 'other', chargedNanoUsd: 7n, balances: [] }));
    check.addBalance(balance(-20n, 0n, 120n));
    const report = check.report();
    expect(report.chargedNanoUsd).toEqual(
      new Map([
        ['acme', 120n],
        ['other', 7n],
      ]),
    );
    expect(report.overageNanoUsd).toBe(20n);
  });
});
