import { describe, expect, it } from 'vitest';
import {
  balanceNameOf,
  type BalanceRef,
  type Budget,
  untouchedBalance,
} from '../../../domain/ledger/budget.ts';
import { createStandingsMemory } from '../../../services/budgets/standings-memory.ts';

const ACME = { scope: 'organization', scopeId: 'acme' } as const;
const ADA = { scope: 'user', scopeId: 'ada' } as const;
const REF: BalanceRef = { ...ACME, period: 'daily', periodKey: '2026-11-21' };
const needed = () => [REF];

const budget = (mode: Budget['mode']): Budget => ({
  ...ACME,
  period: 'daily',
  limitNanoUsd: 5n,
  timeZone: 'UTC',
  enforcement: 'enforce',
  mode,
  createdAtMs: 0,
  updatedAtMs: 0,
});

function memoryAt(startMs: number) {
  let nowMs = startMs;
  return { memory: createStandingsMemory(() => nowMs), pass: (ms: number) => (nowMs += ms) };
}

describe('the memory of standings', () => {
  it('recalls what was read last of a scope of an organization', () => {
    const { memory, pass } = memoryAt(0);
    memory.keep('acme', { ...ACME, version: 1 });
    pass(86_400_000);
    memory.keep('acme', { ...ACME, version: 2 });
    expect(memory.recall('acme', ACME)?.book.version).toBe(2);
    expect(memory.recall('acme', ADA)).toBeUndefined();
    expect(memory.recall('other', ACME)).toBeUndefined();
  });

  it('trusts what lends for less than two seconds, once it has the balances needed', () => {
    const { memory, pass } = memoryAt(10_000);
    const reading = memory.keep('acme', { ...ACME, daily: budget('escrow'), version: 1 });
    expect(memory.isTrusted(reading, needed)).toBe(false);
    reading.balances.set(balanceNameOf(REF), untouchedBalance(5n));
    expect(memory.isTrusted(reading, needed)).toBe(true);
    pass(1_999);
    expect(memory.isTrusted(reading, needed)).toBe(true);
    pass(1);
    expect(memory.isTrusted(reading, needed)).toBe(false);
    pass(-4_000);
    expect(memory.isTrusted(reading, needed)).toBe(false);
  });

  it('trusts a shared scope without budgets, and nothing of a user or of what does not lend', () => {
    const { memory } = memoryAt(0);
    const trusts = (book: Parameters<typeof memory.keep>[1]): boolean => {
      const reading = memory.keep('acme', book);
      reading.balances.set(balanceNameOf(REF), untouchedBalance(5n));
      return memory.isTrusted(reading, needed);
    };
    expect(trusts({ ...ACME, version: 0 })).toBe(true);
    expect(trusts({ ...ADA, version: 0 })).toBe(false);
    expect(trusts({ ...ACME, daily: budget('exact'), version: 1 })).toBe(false);
    expect(trusts({ ...ACME, daily: budget('escrow'), monthly: budget('exact'), version: 1 })).toBe(
      false,
    );
  });

  it('has all of a reading of any mode for less than two seconds, but not of members without a budget', () => {
    const { memory, pass } = memoryAt(10_000);
    const reading = memory.keep('acme', { ...ACME, daily: budget('exact'), version: 1 }, 9_000);
    expect(memory.isComplete(reading, needed)).toBe(false);
    reading.balances.set(balanceNameOf(REF), untouchedBalance(5n));
    expect(memory.isComplete(reading, needed)).toBe(true);
    pass(999);
    expect(memory.isComplete(reading, needed)).toBe(true);
    pass(1);
    expect(memory.isComplete(reading, needed)).toBe(false);
    expect(memory.isComplete(memory.keep('acme', { ...ACME, version: 0 }), needed)).toBe(true);
    expect(memory.isComplete(memory.keep('acme', { ...ADA, version: 0 }), needed)).toBe(false);
  });
});
