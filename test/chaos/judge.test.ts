import { describe, expect, it } from 'vitest';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { JournalLine } from './journal.ts';
import { judge } from './judge.ts';
import { plansOf } from './plans.ts';

const AT_MS = Date.parse('2026-11-21T10:00:00Z');
const BUDGET = 'tag:project/apollo/total';
const [HAIKU, SONNET] = ['anthropic.claude-haiku-4-5', 'anthropic.claude-sonnet-4-5'];
const HAIKUS = `model/${HAIKU}/daily`;
const PLANS = plansOf({ mode: 'exact', isNaive: false });

type Settled = Pick<Entry, 'entryId' | 'chargedNanoUsd' | 'balances' | 'model'>;

/** An entry as far as the judge looks at it. */
const entryOf = (facts: Partial<Settled>): [string, Entry] => {
  const entryId = facts.entryId ?? 'one';
  const entry: Pick<Entry, keyof Settled | 'state' | 'occurredAtMs'> = {
    entryId,
    state: 'settled',
    occurredAtMs: AT_MS,
    chargedNanoUsd: 5n,
    balances: [`${BUDGET}/total`, `${HAIKUS}/2026-11-21`],
    model: HAIKU,
    ...facts,
  };
  return [entryId, entry as Entry];
};

const granted = (id: string): JournalLine[] => [
  { kind: 'granted', id, model: HAIKU, budgetIds: [BUDGET] },
  { kind: 'spent', id, atMs: AT_MS + 2, covered: 5n, tokens: 10 },
];
const limit = (amount: bigint, requests = 9): JournalLine[] =>
  [BUDGET, HAIKUS].map((budgetId) => ({
    kind: 'limit',
    budgetId,
    atMs: AT_MS,
    limit: amount,
    counts: { requests, tokens: 10 * requests },
  }));
const override = (atMs: number): JournalLine => ({
  kind: 'override',
  budgetId: BUDGET,
  atMs,
  untilMs: atMs + 1,
  add: 5n,
});
const lawsOf = (lines: JournalLine[], entries: [string, Entry][]): string[] => [
  ...new Set(judge(PLANS, lines, new Map(entries)).map(({ law }) => law)),
];

describe('the judge', () => {
  it('finds nothing wrong with what fits, also under an override', () => {
    expect(lawsOf([...limit(5n), ...granted('one')], [entryOf({})])).toEqual([]);
    const two = [...granted('one'), ...granted('two')];
    const entries = [entryOf({}), entryOf({ entryId: 'two' })];
    expect(lawsOf([...limit(10n), ...two], entries)).toEqual([]);
    const raised = [...limit(5n), override(AT_MS + 1), ...limit(10n).slice(1), ...two];
    expect(lawsOf(raised, entries)).toEqual([]);
  });

  it('finds spending above the highest limit, if overrides that are over do not explain it', () => {
    const three = ['one', 'two', 'three'].flatMap(granted);
    const entries = ['one', 'two', 'three'].map((entryId) => entryOf({ entryId }));
    const apart = [...limit(15n).slice(1), ...limit(5n).slice(0, 1)];
    const overrides = [override(AT_MS - 9), override(AT_MS + 1)];
    expect(lawsOf([...apart, ...overrides, ...three], entries)).toEqual(['spend']);
    const together = [override(AT_MS), override(AT_MS + 1)];
    expect(lawsOf([...apart, ...together, ...three], entries)).toEqual([]);
  });

  it('finds requests and tokens above the highest limit', () => {
    const two = [...granted('one'), ...granted('two')];
    const entries = [entryOf({}), entryOf({ entryId: 'two' })];
    expect(lawsOf([...limit(10n, 1), ...two], entries)).toEqual(['counts']);
    expect(lawsOf([...limit(10n, 1), ...limit(9n, 2), ...two], entries)).toEqual([]);
  });

  it('finds a budget that does not count a request', () => {
    const lines = [...limit(5n), ...granted('one')];
    expect(lawsOf(lines, [entryOf({ balances: [`${HAIKUS}/2026-11-21`] })])).toEqual(['applies']);
  });

  it('finds a calendar that began at once', () => {
    const lines = [...limit(10n), ...granted('one'), ...granted('two')];
    const later = [`${BUDGET}/total`, `${HAIKUS}/2026-11-22`];
    const entries = [entryOf({}), entryOf({ entryId: 'two', balances: later })];
    expect(lawsOf(lines, entries)).toEqual(['calendar']);
  });

  it('finds a request that another model served and that stays with the reserved one', () => {
    const settled: JournalLine = { kind: 'settled', id: 'one', cost: 5n, model: SONNET };
    const lines = [...limit(5n), ...granted('one'), settled];
    expect(lawsOf(lines, [entryOf({})])).toEqual(['settled']);
    expect(lawsOf(lines, [entryOf({ model: SONNET })])).toEqual(['applies']);
    const balances = [`${BUDGET}/total`, `model/${SONNET}/daily/2026-11-21`];
    expect(lawsOf(lines, [entryOf({ model: SONNET, balances })])).toEqual([]);
  });
});
