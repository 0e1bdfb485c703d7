import type { UsageEvent } from '../../contracts/usage.ts';
import {
  BUDGET_MODES,
  type Budget,
  type BudgetMode,
  ENFORCEMENTS,
} from '../../domain/ledger/budget.ts';
import type { CountLimits } from '../../domain/ledger/counts.ts';
import type { SettingsChange } from '../../domain/ledger/budget-settings.ts';
import { localDate, type Period, PERIODS, WEEKDAYS } from '../../domain/periods.ts';
import type { Rate } from '../../domain/pricing/rate.ts';
import { canonicalScope, type Scope, type ScopeRef } from '../../domain/scopes.ts';
import { NO_TOKENS } from '../../domain/token-usage.ts';
import { chargeUsage } from '../../services/reservations/charge-usage.ts';
import { sweepBudgets } from '../../services/budgets/sweep-budgets.ts';
import { sweepReservations } from '../../services/reservations/sweep-reservations.ts';
import { correct } from './corrector.ts';
import type { Emphasis } from './mutant.ts';
import type { Random } from './random.ts';
import { DEPARTMENTS, MODELS, PROJECTS, SYSTEMS, TAG, USERS, sessionOf } from './spender.ts';
import { ORGANIZATION, TIME_ZONES, type World } from './world.ts';
import { callOf } from '../support/call.ts';

type Target = ScopeRef & { period: Period };
type Settings = Pick<
  Budget,
  | 'limitNanoUsd'
  | 'countLimits'
  | 'timeZone'
  | 'weekStartsOn'
  | 'billingDay'
  | 'enforcement'
  | 'mode'
  | 'peakRequestsPerSecond'
  | 'onExpiry'
>;
/** A budget at the start of a seed. */
export type Planned = { target: Target; settings: Settings };

/** Approximate amount of one reservation. */
export const UNIT_NANO_USD = 6_000_000n;
const RATE: Rate = {
  inputNanoUsdPerMillion: UNIT_NANO_USD,
  outputNanoUsdPerMillion: UNIT_NANO_USD,
  cacheReadNanoUsdPerMillion: UNIT_NANO_USD,
  cacheWriteNanoUsdPerMillion: UNIT_NANO_USD,
};
const CHARGE_AHEAD_MS = 600_000;
/** With these peaks, a shared budget has up to four lanes and a user up to three wallets. */
const SHARED_PEAKS = [undefined, undefined, 500, 1_000, 1_500] as const;
const LANED_PEAKS = [1_000, 1_500] as const;
const USER_PEAKS = [undefined, undefined, 2, 3] as const;

function plentyChance({ isTight, isPlentiful }: Emphasis): number {
  if (isTight) return 0;
  return isPlentiful ? 1 : 0.25;
}

/**
 * A seed's budgets: any set of scopes, tight enough to run out, most of them enforcing. In most
 * seeds the shared ones lend to wallets, in some none lends, and in some each is random.
 */
export function drawBudgets({ random, emphasis, midnightMs }: World): Planned[] {
  const modes = random.pick<readonly [BudgetMode | undefined, ...(BudgetMode | undefined)[]]>(
    emphasis.isLending
      ? [['escrow']]
      : emphasis.isExact
        ? [['exact']]
        : [['escrow'], ['escrow'], ['exact', 'escrow', 'escrow', undefined], ['exact']],
  );
  const isReleasing = random.chance(0.2);
  const isCounting = random.chance(emphasis.isCounting ? 1 : 0.3);
  const sharedPeaks = emphasis.hasLanes ? LANED_PEAKS : SHARED_PEAKS;
  // With plenty of room, wallets hold on their own in two writes, with a fence against anything in
  // between.
  const plenty = random.chance(plentyChance(emphasis)) ? 16n : 1n;
  const scopes: ScopeRef[] = [
    { scope: 'organization', scopeId: ORGANIZATION },
    ...USERS.map((scopeId) => ({ scope: 'user' as const, scopeId })),
    ...DEPARTMENTS.map((scopeId) => ({ scope: 'department' as const, scopeId })),
    ...SYSTEMS.map((scopeId) => ({ scope: 'system' as const, scopeId })),
    ...MODELS.map((scopeId) => ({ scope: 'model' as const, scopeId })),
    ...PROJECTS.map((scopeId) => ({ scope: `tag:${TAG}` as const, scopeId })),
  ];
  const zone = random.pick(TIME_ZONES);
  return scopes
    .flatMap((ref) => PERIODS.map((period) => ({ ...canonicalScope(ref), period })))
    .filter(() => random.chance(0.3))
    .map((target) => ({
      target,
      settings: {
        limitNanoUsd: plenty * drawLimit(random, random.int(1, emphasis.isTight ? 4 : 20)),
        ...calendarTurning(target, random.chance(0.7) ? zone : random.pick(TIME_ZONES), midnightMs),
        enforcement: random.chance(0.85) ? 'enforce' : random.pick(ENFORCEMENTS),
        mode: drawMode(random, target.scope, modes),
        peakRequestsPerSecond: random.pick(target.scope === 'user' ? USER_PEAKS : sharedPeaks),
        onExpiry: isReleasing && random.chance(0.9) ? 'release' : undefined,
        ...(isCounting && random.chance(0.4) ? drawCounting(random) : {}),
      },
    }));
}

/** Changes a budget: usually its limit, rarely more; or deletes it. */
export async function changeBudget(world: World, { target, settings }: Planned): Promise<void> {
  const { random, scheduler } = world;
  const limitNanoUsd = drawLimit(random, random.int(0, 25));
  const peaks = target.scope === 'user' ? USER_PEAKS : SHARED_PEAKS;
  const { timeZone, weekStartsOn, billingDay, ...terms } = settings;
  const changed: SettingsChange = {
    ...terms,
    ...(random.chance(0.3) ? { timeZone, weekStartsOn, billingDay } : {}),
    limitNanoUsd,
    mode: random.chance(0.2) ? random.pick(BUDGET_MODES) : settings.mode,
    peakRequestsPerSecond: random.chance(0.2) ? random.pick(peaks) : settings.peakRequestsPerSecond,
    ...drawCalendar(random, target.period),
    ...(target.period !== 'total' && random.chance(0.6) ? drawRollOver(random) : {}),
    enforcement: random.chance(0.05) ? random.pick(ENFORCEMENTS) : settings.enforcement,
    ...(settings.countLimits ? drawCounting(random) : {}),
  };
  const isDeleted = random.chance(0.1);
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    const what = `${isDeleted ? 'delete' : `limit ${limitNanoUsd}`} ${target.scopeId} ${target.period}`;
    const { kind } = await world.ask(what, ({ budgets, now }) => {
      const call = { organizationId: ORGANIZATION, actor: 'admin', nowMs: now() };
      return isDeleted ? budgets.remove(call, target) : budgets.put(call, target, changed);
    });
    if (kind === 'value' && !isDeleted)
      world.auditor.onLimit(target, changed.limitNanoUsd ?? undefined);
    if (kind !== 'unknown') return;
    await scheduler.sleep(random.next() * 1_000);
  }
}

/** Reports unreserved usage in overlapping batches until acknowledged. */
export async function charge(world: World): Promise<void> {
  const { random, scheduler, auditor } = world;
  const events = Array.from({ length: random.int(1, 4) }, (_, index) => ({
    index,
    event: eventOf(world, random.int(0, 12)),
  }));
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const answer = await world.ask(`charge ${events.length}`, ({ deps, now }) =>
      chargeUsage(deps, callOf(ORGANIZATION, now()), events, () => RATE),
    );
    if (answer.kind === 'value') {
      for (const { event } of events) {
        const entry = auditor.entry(event.eventId);
        if (!entry) auditor.breaks('an acknowledged charge is never lost', event.eventId);
        else if (random.chance(0.2)) await correct(world, entry);
      }
      return;
    }
    await scheduler.sleep(random.next() * 2_000);
  }
}

/** One sweeper run, regardless of other sweepers. */
export const sweep = (world: World) =>
  world.ask('sweep', async ({ deps, sweeping, sweepNow }) => {
    await sweepReservations(deps, sweepNow());
    await sweepBudgets(sweeping, sweepNow());
  });

function eventOf(world: World, number: number): UsageEvent {
  const { random } = world;
  const userId = random.pick(USERS);
  const at = world.outsideNow(random.int(-CHARGE_AHEAD_MS, CHARGE_AHEAD_MS));
  return {
    eventId: `event-${number}`,
    at,
    // Every system has its own event IDs, because the auditor identifies entries by ID.
    system: SYSTEMS[number % SYSTEMS.length] ?? SYSTEMS[0],
    userId,
    departmentId: random.chance(0.5) ? random.pick(DEPARTMENTS) : undefined,
    ...(random.chance(0.1) ? { sessionId: sessionOf(userId) } : {}),
    ...(random.chance(0.3) ? { tags: { [TAG]: random.pick(PROJECTS) } } : {}),
    model: random.pick(MODELS),
    usage: { ...NO_TOKENS, outputTokens: random.int(0, 1_000_000) },
  };
}

/** Wallets borrow chunks from large limits; small ones soon run out. */
const drawLimit = (random: Random, times: number): bigint =>
  UNIT_NANO_USD * BigInt(times) * random.pick([1n, 4n, 16n]);

/** A calendar; the weeks and months of half of the scopes begin at the midnight of the seed. */
function calendarTurning({ scopeId, period }: Target, timeZone: string, midnightMs: number) {
  const date = new Date(localDate(midnightMs, timeZone));
  if (scopeId.length % 2 === 0) return { timeZone };
  if (period === 'weekly') return { timeZone, weekStartsOn: WEEKDAYS[date.getUTCDay()] };
  const isMonth = period === 'monthly' && date.getUTCDate() <= 28;
  return isMonth ? { timeZone, billingDay: date.getUTCDate() } : { timeZone };
}

/** Rarely another calendar. What is left out stays. */
function drawCalendar(random: Random, period: Period): SettingsChange {
  if (random.chance(0.85)) return {};
  const timeZone = random.pick(TIME_ZONES);
  if (period === 'weekly') return { timeZone, weekStartsOn: random.pick(WEEKDAYS) };
  return period === 'monthly' ? { timeZone, billingDay: random.int(1, 28) } : { timeZone };
}

const drawRollOver = (random: Random): SettingsChange => ({
  rolloverCapNanoUsd: random.chance(0.1) ? null : drawLimit(random, random.int(1, 10)),
});

/** Limits of requests or tokens, sometimes without one of money. Such a budget has one lane. */
function drawCounting(random: Random): Partial<Settings> {
  const [requests, tokens] = [random.int(0, 12), random.int(0, 30_000)];
  return {
    countLimits: random.pick<CountLimits>([{ requests }, { tokens }, { requests, tokens }]),
    mode: undefined,
    peakRequestsPerSecond: undefined,
    ...(random.chance(0.3) ? { limitNanoUsd: undefined } : {}),
  };
}

/** A user's own budget lends by default if the user has a wallet. */
const drawMode = (
  random: Random,
  scope: Scope,
  modes: readonly [BudgetMode | undefined, ...(BudgetMode | undefined)[]],
): BudgetMode | undefined =>
  scope === 'user' && random.chance(0.5) ? undefined : random.pick(modes);
