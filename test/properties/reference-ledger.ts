import type { Budget } from '../../domain/ledger/budget.ts';
import type { EntryState } from '../../domain/ledger/entry.ts';

/** The parts of a budget that concern money. */
export type Rule = Pick<Budget, 'scope' | 'scopeId' | 'period' | 'timeZone' | 'limitNanoUsd'> & {
  isEnforced: boolean;
  isReleasing: boolean;
};

/** One budget in one period. `atMs` is a time within it. */
export type Sum = { rule: Rule; atMs: number; limit: bigint; reserved: bigint; settled: bigint };

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
  corrections: Map<string, bigint>;
};

export type ReferenceLedger = ReturnType<typeof createReferenceLedger>;

/** The ledger's promises as plain sums: one caller, one clock, no store, no lending. */
export function createReferenceLedger() {
  const rules = new Map<string, Rule>();
  const sums = new Map<string, Sum>();

  const sumOf = (rule: Rule, atMs: number): Sum => {
    const name = `${idOf(rule)}/${periodKeyOf(rule, atMs)}`;
    const sum = sums.get(name) ?? {
      rule,
      atMs,
      limit: rule.limitNanoUsd,
      reserved: 0n,
      settled: 0n,
    };
    sums.set(name, sum);
    return sum;
  };

  const ledger = {
    rules,
    sums,

    setLimit(rule: Rule, nowMs: number): void {
      rules.set(idOf(rule), rule);
      const key = periodKeyOf(rule, nowMs);
      for (const each of [key, keyAfter(key)]) {
        const open = sums.get(`${idOf(rule)}/${each}`);
        if (open) open.limit = rule.limitNanoUsd;
      }
      sumOf(rule, nowMs);
    },

    /** The balances of all budgets that apply to a set of scopes at a given time. */
    applying: (scopes: ReadonlySet<string>, atMs: number): Sum[] =>
      [...rules.values()]
        .filter(({ scope, scopeId }) => scopes.has(`${scope}/${scopeId}`))
        .map((rule) => sumOf(rule, atMs)),

    /** The balances that refuse an amount. */
    short: (balances: Sum[], amount: bigint): Sum[] =>
      balances.filter((sum) => isEnforced(rules, sum) && headroomOf(sum) < amount),

    hold(balances: Sum[], amount: bigint, expiresAtMs: number): Held {
      for (const sum of balances) sum.reserved += amount;
      const releasing = balances.filter(({ rule }) => rules.get(idOf(rule))?.isReleasing);
      const isReleasing = balances.length > 0 && releasing.length === balances.length;
      const corrections = new Map<string, bigint>();
      const entry = {
        amount,
        charged: 0n,
        disputed: 0n,
        balances,
        expiresAtMs,
        isReleasing,
        corrections,
      };
      return { state: 'reserved', ...entry };
    },

    /** Ends a reservation, or changes its cost or a charge's cost. */
    become(entry: Held, state: EntryState, charged: bigint, disputed = 0n): EntryState {
      for (const sum of entry.balances) {
        if (entry.state === 'reserved') sum.reserved -= entry.amount;
        sum.settled += charged - disputed - (entry.charged - entry.disputed);
      }
      Object.assign(entry, { state, charged, disputed });
      return state;
    },

    /** @param serving the balances of another model's budgets, if that one served the request */
    settle(
      entry: Held,
      cost: bigint,
      nowMs: number,
      serving?: () => Sum[],
    ): EntryState | 'conflict' {
      const statement = `${cost} by ${serving ? 'another' : 'the reserved'} model`;
      if (entry.state === 'settled') return entry.settledAs === statement ? 'settled' : 'conflict';
      if (entry.state === 'voided') return 'conflict';
      entry.settledAs = statement;
      if (serving) moveTo(entry, serving());
      const counted = countedOf(entry, cost, nowMs, serving ? 3n * PRICED : PRICED);
      return ledger.become(entry, 'settled', cost, cost - counted);
    },

    void(entry: Held): EntryState | 'conflict' {
      if (entry.state === 'voided') return 'voided';
      return entry.state === 'reserved' ? ledger.become(entry, 'voided', 0n) : 'conflict';
    },

    expire(entry: Held, nowMs: number): void {
      if (entry.state !== 'reserved' || entry.expiresAtMs > nowMs) return;
      ledger.become(entry, 'expired', entry.isReleasing ? 0n : entry.amount);
    },

    correct(entry: Held, correctionId: string, cost: bigint): EntryState | 'conflict' {
      const earlier = entry.corrections.get(correctionId);
      if (entry.state !== 'settled' || (earlier ?? cost) !== cost) return 'conflict';
      if (earlier !== undefined) return 'settled';
      entry.corrections.set(correctionId, cost);
      return ledger.become(entry, 'settled', cost);
    },

    charge(balances: Sum[], cost: bigint): Held {
      const charged = ledger.hold(balances, 0n, 0);
      ledger.become(charged, 'settled', cost);
      return charged;
    },
  };
  return ledger;
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
  held.balances = [...held.balances.filter((sum) => !leaving.includes(sum)), ...serving];
}

/** One output token at 5 USD per million. */
const PRICED = 5_000n;
const CENT = 10_000_000n;
const DAY_MS = 86_400_000;

/**
 * How much of a stated cost balances count: at most the hold if it is far above the price, and at
 * least the hold if it is late.
 */
function countedOf(
  { amount, expiresAtMs, isReleasing }: Held,
  cost: bigint,
  nowMs: number,
  priced: bigint,
) {
  const isFar = cost > 3n * priced && cost - priced > CENT;
  const most = amount > priced ? amount : priced;
  const counted = isFar && cost > most ? most : cost;
  const presumed = isReleasing ? 0n : amount;
  return nowMs - expiresAtMs > DAY_MS && counted < presumed ? presumed : counted;
}

export const idOf = ({ scope, scopeId, period }: Omit<Rule, 'isEnforced'>): string =>
  `${scope}/${scopeId}/${period}`;

export const headroomOf = ({ limit, reserved, settled }: Sum): bigint => limit - reserved - settled;

const isEnforced = (rules: Map<string, Rule>, { rule }: Sum): boolean =>
  rules.get(idOf(rule))?.isEnforced ?? false;

const dates = new Map<string, Intl.DateTimeFormat>();

/** Swedish dates are ISO dates. */
function periodKeyOf({ period, timeZone }: Rule, atMs: number): string {
  const date = dates.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone });
  dates.set(timeZone, date);
  return date.format(atMs).slice(0, period === 'daily' ? 10 : 7);
}

/** The key of the next day or month. */
function keyAfter(key: string): string {
  const next = new Date(`${key.padEnd(10, '-01')}T00:00:00Z`);
  if (key.length === 10) next.setUTCDate(next.getUTCDate() + 1);
  else next.setUTCMonth(next.getUTCMonth() + 1);
  return next.toISOString().slice(0, key.length);
}
