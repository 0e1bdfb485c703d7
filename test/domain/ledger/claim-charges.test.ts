import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Claim } from '../../../domain/ledger/claim.ts';
import { claimCharges } from '../../../domain/ledger/claim-charges.ts';
import { countedNanoUsd, type Entry } from '../../../domain/ledger/entry.ts';

const NOW_MS = 5;
const charge = (chargedNanoUsd: bigint): Entry => ({
  entryId: 'e',
  kind: 'charge',
  organizationId: 'acme',
  userId: 'ada',
  system: 'relaycore',
  model: 'm',
  state: 'settled',
  amountNanoUsd: 0n,
  chargedNanoUsd,
  balances: [],
  occurredAtMs: 0,
  version: 1,
  requestDigest: 'd',
});
const claimUpTo = (limitNanoUsd: bigint, claimedNanoUsd = 0n): Claim => ({
  organizationId: 'acme',
  keyId: 'key',
  hour: '2026-11-21T10',
  limitNanoUsd,
  claimedNanoUsd,
});

it('counts everything where the key may claim without a limit', () => {
  const entries = [charge(30n), charge(40n)];
  expect(claimCharges(entries, undefined, NOW_MS)).toEqual({ entries, countedNanoUsd: 70n });
});

it('disputes what is above the claim, from the entry in which it runs out', () => {
  const entries = [charge(30n), charge(40n), charge(5n)];
  const claimed = claimCharges(entries, claimUpTo(60n, 10n), NOW_MS);
  const marks = { deviations: ['claim-limit'], disputedAtMs: NOW_MS };
  expect(claimed.countedNanoUsd).toBe(50n);
  expect(claimed.entries).toEqual([
    entries[0],
    { ...entries[1], ...marks, disputedNanoUsd: 20n },
    { ...entries[2], ...marks, disputedNanoUsd: 5n },
  ]);
});

it('books every amount in full and never counts more than the claim', () => {
  const amounts = fc.array(fc.bigInt(0n, 100n));
  fc.assert(
    fc.property(amounts, fc.bigInt(0n, 300n), fc.bigInt(0n, 300n), (costs, limit, before) => {
      const claimed = claimCharges(costs.map(charge), claimUpTo(limit, before), NOW_MS);
      const counted = claimed.entries.reduce((sum, entry) => sum + countedNanoUsd(entry), 0n);
      const mostNanoUsd = limit > before ? limit - before : 0n;
      const total = costs.reduce((sum, cost) => sum + cost, 0n);
      expect(claimed.entries.map(({ chargedNanoUsd }) => chargedNanoUsd)).toEqual(costs);
      expect(counted).toBe(claimed.countedNanoUsd);
      expect(counted).toBe(total < mostNanoUsd ? total : mostNanoUsd);
    }),
  );
});
