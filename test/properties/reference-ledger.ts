import type { Budget } from '../../domain/ledger/budget.ts';
import {
  COUNT_UNITS,
  type CountLimits,
  type CountsByUnit,
  eachUnit,
} from '../../domain/ledger/counts.ts';
import type { EntryState } from '../../domain/ledger/entry.ts';
import { countedOf, PRICED } from './reference-cost.ts';
import { keyAfter, periodKeyOf } from './reference-periods.ts';

/** The parts of a budget that concern money. */
export type Rule = Pick<Budget, 'scope' | 'scopeId' | 'period' | 'timeZone'> & {
  limitNanoUsd: bigint;
  countLimits?: CountLimits | undefined;
  isEnforced: boolean;
  isReleasing: boolean;
};

/** One budget in one period. `atMs` is a time within it. */
export type Sum = {
  rule: Rule;
  atMs: number;
  limit: bigint;
  reserved: bigint;
  settled: bigint;
  /** Requests and tokens, in budgets that limit one of them. */
  counts?: Record<'limit' | 'reserved' | 'settled', CountsByUnit>;
  /** What was spent before the last reset, which the limit has again. */
  reset?: { nanoUsd: bigint; counts: CountsByUnit };
};

/** A reservation or a charge; `settledAs` identifies its settlement. */
export type Held = {
  state: EntryState;
  amount: bigint;
  charged: bigint;
  /** The charged part that balances do not count; negative if they count more. */
  disputed: bigint;
  balances: Sum[];
  expiresAtMs: number;
  isReleasing: boolean;
  settledAs?: string;
  /** The most tokens that it may use, and how many it did use. */
  tokens: number;
  usedTokens: number;
  corrections: Map<string, bigint>;
};

export type ReferenceLedger = ReturnType<typeof createReferenceLedger>;

/** The ledger's promises as plain sums: one caller, one clock, no store, no lending. */
export function createReferenceLedger() {
  const rules = new Map<string, Rule>();
  const sums = new Map<string, Sum>();

  const sumOf = (rule: Rule, atMs: number): Sum => {
    const name = `${idOf(rule)}/${periodKeyOf(rule, atMs)}`;
    const sum = sums.get(name) ?? emptySum(rule, atMs);
    sums.set(name, sum);
    return sum;
  };

  function hold(balances: Sum[], amount: bigint, expiresAtMs: number, tokens = 0): Held {
    const releasing = balances.filter(({ rule }) => rules.get(idOf(rule))?.isReleasing);
    const isReleasing = balances.length > 0 && releasing.length === balances.length;
    return newHeld(balances, { amount, tokens, expiresAtMs, isReleasing });
  }

  return {
    rules,
    sums,

    setLimit(rule: Rule, nowMs: number): void {
      rules.set(idOf(rule), rule);
      const key = periodKeyOf(rule, nowMs);
      for (const each of [key, keyAfter(key)]) {
        const open = sums.get(`${idOf(rule)}/${each}`);
        if (open) setLimits(open, rule);
      }
      sumOf(rule, nowMs);
    },

    ...endsAndResets({ rules, sums }, sumOf),

    /** The balances of all budgets that apply to a set of scopes at a given time. */
    applying: (scopes: ReadonlySet<string>, atMs: number): Sum[] =>
      [...rules.values()]
        .filter(({ scope, scopeId }) => scopes.has(`${scope}/${scopeId}`))
        .map((rule) => sumOf(rule, atMs)),

    /** The balances that refuse an amount. */
    short: (balances: Sum[], amount: bigint, tokens: number): Sum[] =>
      balances.filter(
        (sum) =>
          isEnforced(rules, sum) && (headroomOf(sum) < amount || isShortOfCounts(sum, tokens)),
      ),

    hold,
    settle: settleHeld,
    void: voidHeld,
    expire: expireHeld,
    correct: correctHeld,

    charge(balances: Sum[], cost: bigint, usedTokens: number): Held {
      const charged = hold(balances, 0n, 0);
      charged.usedTokens = usedTokens;
      become(charged, 'settled', cost);
      return charged;
    },
  };
}

/** What an operator does to a budget beside setting it. */
const endsAndResets = (
  { rules, sums }: { rules: Map<string, Rule>; sums: Map<string, Sum> },
  sumOf: (rule: Rule, atMs: number) => Sum,
) => ({
  /** @returns whether there was such a budget; with it its resets go */
  remove(rule: Rule): boolean {
    for (const [name, sum] of sums) {
      if (name.startsWith(`${idOf(rule)}/`)) delete sum.reset;
    }
    return rules.delete(idOf(rule));
  },

  /** @returns whether there is such a budget */
  resetSpend(id: string, nowMs: number): boolean {
    const rule = rules.get(id);
    if (rule) resetSum(sumOf(rule, nowMs), rule);
    return rule !== undefined;
  },
});

/** A new reservation, which is reserved in its balances. */
function newHeld(
  balances: Sum[],
  facts: Pick<Held, 'amount' | 'tokens' | 'expiresAtMs' | 'isReleasing'>,
): Held {
  for (const sum of balances) sum.reserved += facts.amount;
  const held: Held = {
    ...facts,
    state: 'reserved',
    usedTokens: 0,
    charged: 0n,
    disputed: 0n,
    balances,
    corrections: new Map<string, bigint>(),
  };
  addCounts(held, 1);
  return held;
}

const emptySum = (rule: Rule, atMs: number): Sum => ({
  rule,
  atMs,
  limit: rule.limitNanoUsd,
  reserved: 0n,
  settled: 0n,
  ...(rule.countLimits
    ? {
        counts: {
          limit: unitsOf(rule.countLimits),
          reserved: unitsOf({}),
          settled: unitsOf({}),
        },
      }
    : {}),
});

/** Gives all limits again; what is reserved counts as soon as it is settled. */
function resetSum(sum: Sum, rule: Rule): void {
  const { settled, counts, reset } = sum;
  const before = reset?.nanoUsd ?? 0n;
  sum.reset = {
    nanoUsd: settled > before ? settled : before,
    counts: eachUnit((unit) => Math.max(counts?.settled[unit] ?? 0, reset?.counts[unit] ?? 0)),
  };
  setLimits(sum, rule);
}

/** The limits of a period after a change of its budget. */
function setLimits(sum: Sum, { limitNanoUsd }: Rule): void {
  sum.limit = limitNanoUsd + (sum.reset?.nanoUsd ?? 0n);
  for (const unit of COUNT_UNITS) {
    const limit = sum.rule.countLimits?.[unit];
    if (!sum.counts || limit === undefined) continue;
    sum.counts.limit[unit] = limit + (sum.reset?.counts[unit] ?? 0);
  }
}

/** Ends a reservation, or changes its cost or a charge's cost. */
function become(entry: Held, state: EntryState, charged: bigint, disputed = 0n): EntryState {
  for (const sum of entry.balances) {
    if (entry.state === 'reserved') sum.reserved -= entry.amount;
    sum.settled += charged - disputed - (entry.charged - entry.disputed);
  }
  addCounts(entry, -1);
  Object.assign(entry, { state, charged, disputed });
  addCounts(entry, 1);
  return state;
}

/** @param serving the balances of another model's budgets, if that one served the request */
function settleHeld(
  entry: Held,
  cost: bigint,
  nowMs: number,
  serving?: () => Sum[],
): EntryState | 'conflict' {
  const statement = `${cost} by ${serving ? 'another' : 'the reserved'} model`;
  if (entry.state === 'settled') return entry.settledAs === statement ? 'settled' : 'conflict';
  if (entry.state === 'voided') return 'conflict';
  entry.settledAs = statement;
  entry.usedTokens = 1;
  if (serving) moveTo(entry, serving());
  const counted = countedOf(entry, cost, nowMs, serving ? 3n * PRICED : PRICED);
  return become(entry, 'settled', cost, cost - counted);
}

function voidHeld(entry: Held): EntryState | 'conflict' {
  if (entry.state === 'voided') return 'voided';
  return entry.state === 'reserved' ? become(entry, 'voided', 0n) : 'conflict';
}

function expireHeld(entry: Held, nowMs: number): void {
  if (entry.state !== 'reserved' || entry.expiresAtMs > nowMs) return;
  become(entry, 'expired', entry.isReleasing ? 0n : entry.amount);
}

function correctHeld(entry: Held, correctionId: string, cost: bigint): EntryState | 'conflict' {
  const earlier = entry.corrections.get(correctionId);
  if (entry.state !== 'settled' || (earlier ?? cost) !== cost) return 'conflict';
  if (earlier !== undefined) return 'settled';
  entry.corrections.set(correctionId, cost);
  return become(entry, 'settled', cost);
}

/** Moves everything that balances of one model's budgets have of an entry to those of another. */
function moveTo(held: Held, serving: Sum[]): void {
  const leaving = held.balances.filter(({ rule }) => rule.scope === 'model');
  const reserved = held.state === 'reserved' ? held.amount : 0n;
  const settled = held.charged - held.disputed;
  const add = (sum: Sum, sign: 1n | -1n): void => {
    sum.reserved += sign * reserved;
    sum.settled += sign * settled;
  };
  for (const sum of leaving) add(sum, -1n);
  for (const sum of serving) add(sum, 1n);
  addCounts(held, -1);
  held.balances = [...held.balances.filter((sum) => !leaving.includes(sum)), ...serving];
  addCounts(held, 1);
}

const unitsOf = ({ requests = 0, tokens = 0 }: CountLimits): CountsByUnit => ({ requests, tokens });

/** Whether a budget has no request left, or fewer tokens than one may use. */
function isShortOfCounts({ rule, counts }: Sum, tokens: number): boolean {
  const needed: CountsByUnit = { requests: 1, tokens };
  return COUNT_UNITS.some((unit) => {
    if (!counts || rule.countLimits?.[unit] === undefined) return false;
    const { limit, reserved, settled } = counts;
    return limit[unit] - reserved[unit] - settled[unit] < needed[unit];
  });
}

/** Adds what an entry counts in its present state to all its balances, or takes it out. */
function addCounts(held: Held, sign: 1 | -1): void {
  const { state, balances, tokens, usedTokens, isReleasing } = held;
  if (state === 'voided' || (state === 'expired' && isReleasing)) return;
  const column = state === 'reserved' ? 'reserved' : 'settled';
  for (const { counts } of balances) {
    if (!counts) continue;
    counts[column].requests += sign;
    counts[column].tokens += sign * (state === 'settled' ? usedTokens : tokens);
  }
}

export const idOf = ({ scope, scopeId, period }: Omit<Rule, 'isEnforced'>): string =>
  `${scope}/${scopeId}/${period}`;

export const headroomOf = ({ limit, reserved, settled }: Sum): bigint => limit - reserved - settled;

const isEnforced = (rules: Map<string, Rule>, { rule }: Sum): boolean =>
  rules.get(idOf(rule))?.isEnforced ?? false;
