import type { UsageEvent } from '../../contracts/usage.ts';
import { ServiceError } from '../../services/errors.ts';
import { sweepBudgets } from '../../services/budgets/sweep-budgets.ts';
import { createReportSettingsStore } from '../../tables/report-settings.ts';
import { stored } from '../support/stored.ts';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { COUNT_UNITS } from '../../domain/ledger/counts.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';
import { WEEKDAYS } from '../../domain/periods.ts';
import { type Form, ORGANIZATION, type Setting, TAG, TARGETS, type Who } from './command.ts';
import type { Mutant } from './mutants.ts';
import { createProcess } from './process.ts';
import type { Held } from './reference-entries.ts';
import { idOf, ReferenceLedger } from './reference-ledger.ts';
import type { Sum } from './reference-sums.ts';

/** The smallest reservation: 5995 input tokens at 1 USD per million, one output token at 5. */
export const UNIT = 6_000_000n;
/** Its tokens, give or take five. */
const UNIT_TOKENS = 6_000;

/** One form for all budgets, or each in its own. */
export type Mix = Form | 'mixed';

/** A request under one Idempotency-Key, and its outcome. */
export type Attempt = Who & {
  units: number;
  key: string | undefined;
  /** The time in the key, if it carries one. */
  keyMs: number | undefined;
  /**
   * Rejected after its entry had been stored: remembered facts allowed it, but current ones refused
   * it. Its key keeps that entry's time and body, and the sweeper voids the entry.
   */
  isPut?: boolean;
  made?: { entryId: string; atMs: number; isOther: boolean; held: Held };
};

export type World = Awaited<ReturnType<typeof createWorld>>;

/** A session's run closes after so long. */
const IDLE_MS = 120_000;
const BILLING_DAYS = [1, 1, 1, 2, 15, 22, 28];

/** The services on a store, in two processes, and the model of their behavior. */
export async function createWorld(startMs: number, settings: Setting[], mix: Mix, mutant?: Mutant) {
  const clock = { nowMs: startMs };
  const now = (): number => clock.nowMs;
  const { db, store } = createMemoryStore(Object.values(TABLE_DEFINITIONS), { pageItems: 5 });
  await stored(db, createReportSettingsStore(db).tagsReplacement(ORGANIZATION, [TAG]));
  const own = mutant?.store?.(db, { now, store }) ?? db;
  const process = (name: string) => {
    const made = createProcess(own, now, name);
    return { ...made, deps: mutant?.deps?.(made.deps, now) ?? made.deps };
  };
  return {
    clock,
    mix,
    processes: [process('p0'), process('p1')] as const,
    model: new ReferenceLedger(),
    settings: new Map(settings.map((setting) => [setting.budget, setting])),
    attempts: [] as Attempt[],
    /** The overrides that were added, by the budget's position. */
    overrides: [] as { budget: number; id: string }[],
    /** By event ID. */
    charges: new Map<string, { held: Held; event: UsageEvent; who: Who }>(),
    /** How far below zero home balances are, where an overrun or a charge was posted. */
    owed: new Map<Sum, bigint>(),
    /** How often each command got each answer. */
    tally: new Map<string, number>(),
  };
}

/** A budget's settings. @param form replaces its own form if forms are mixed */
export function settingsOf({ mix }: World, setting: Setting, units: number, form = setting.form) {
  const target = TARGETS[setting.budget];
  if (!target) throw new Error(`there is no budget ${setting.budget}`);
  const { timeZone, startsOn = 1, cap, enforcement, onExpiry } = setting;
  const calendar = {
    timeZone,
    weekStartsOn: target.period === 'weekly' ? WEEKDAYS[startsOn] : undefined,
    billingDay: target.period === 'monthly' ? BILLING_DAYS[startsOn] : undefined,
  };
  const isSession = target.scope === 'session';
  const rolls = typeof cap === 'number' && target.period !== 'total';
  const capNanoUsd = rolls ? UNIT * BigInt(cap) : undefined;
  const limitNanoUsd = UNIT * BigInt(units);
  const countLimits = setting.counts && {
    requests: setting.counts.requests,
    tokens: setting.counts.tokenUnits && setting.counts.tokenUnits * UNIT_TOKENS,
  };
  const chosen = countLimits || isSession ? 'exact' : mix === 'mixed' ? form : mix;
  const mode = chosen === 'exact' ? ('exact' as const) : ('escrow' as const);
  const peakRequestsPerSecond = target.scope === 'user' ? 3 : 1_000;
  return {
    target,
    body: {
      limitNanoUsd,
      countLimits,
      ...calendar,
      rolloverCapNanoUsd: capNanoUsd ?? null,
      ...(isSession ? { idleSeconds: IDLE_MS / 1_000 } : {}),
      enforcement,
      onExpiry,
      mode,
      ...(chosen === 'lanes' ? { peakRequestsPerSecond } : {}),
    },
    rule: {
      ...target,
      calendar,
      limitNanoUsd,
      countLimits,
      capNanoUsd,
      idleMs: isSession ? IDLE_MS : undefined,
      isEnforced: enforcement === 'enforce',
      isReleasing: onExpiry === 'release',
    },
  };
}

/** The caller's view: the step's answer, or the problem that it ends with. */
export async function answerOf(step: () => Promise<string>): Promise<string> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof ServiceError) return error.kind;
    throw error;
  }
}

export class Difference extends Error {
  override name = 'Difference';
}

/** @throws Difference */
export function expectSame(what: string, got: unknown, expected: unknown): void {
  const [is, should] = [got, expected].map(textOf);
  if (is !== should) throw new Difference(`${what}: is ${is}, should be ${should}`);
}

/** Compares the answers to a command. @throws Difference */
export function agree({ tally }: World, command: string, got: string, expected: string): void {
  expectSame(command, got, expected);
  const answer = `${command}: ${got}`;
  tally.set(answer, (tally.get(answer) ?? 0) + 1);
}

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part)) ??
  'nothing';

/** Compares every balance and entry, and checks the conservation law. @throws Difference */
export async function compareAll({ clock, model, processes, attempts, charges, owed }: World) {
  const [{ budgets, deps, sweeping }] = processes;
  await sweepBudgets(sweeping, clock.nowMs);
  model.sweep(clock.nowMs);
  for (const sum of model.sums()) {
    const { rule, key, limit, reserved, settled, counts } = sum;
    const { balance, lanes } = await budgets.earlierStanding(ORGANIZATION, rule, key);
    expectSame(
      `${idOf(rule)} of ${key}`,
      {
        limit: balance.limitNanoUsd,
        reserved: balance.reservedNanoUsd,
        settled: balance.settledNanoUsd,
        headroom: balance.headroomNanoUsd,
      },
      { limit, reserved, settled, headroom: limit - reserved - settled },
    );
    for (const unit of counts ? COUNT_UNITS : []) {
      const counter = balance.counters?.[unit];
      expectSame(
        `${unit} of ${idOf(rule)}`,
        [counter?.limit, counter?.reserved, counter?.settled],
        [counts?.limit[unit], counts?.reserved[unit], counts?.settled[unit]],
      );
    }
    const below = lanes.map((lane) => lane.balance.headroomNanoUsd).filter((each) => each < 0n);
    owed.set(
      sum,
      below.reduce((total, each) => total - each, 0n),
    );
  }
  const entries = [
    ...attempts.flatMap(({ made }) => (made ? [{ id: made.entryId, held: made.held }] : [])),
    ...[...charges].map(([id, { held }]) => ({ id, held })),
  ];
  for (const { id, held } of entries) {
    const entry = charges.has(id)
      ? await deps.ledger.getCharge(ORGANIZATION, 'relaycore', id)
      : await deps.ledger.getReservation(id);
    expectSame(
      `entry ${id}`,
      [
        entry?.state,
        entry?.amountNanoUsd,
        entry?.chargedNanoUsd,
        entry?.disputedNanoUsd ?? 0n,
        entry?.balances.length,
      ],
      [held.state, held.amount, held.charged, held.disputed, held.balances.length],
    );
  }
  const { violations } = await checkLedger(deps.ledger);
  expectSame('violations of the conservation law', violations, []);
}
