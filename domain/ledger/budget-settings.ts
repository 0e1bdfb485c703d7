import type { Period } from '../periods.ts';
import type { Budget, FormerCalendar } from './budget.ts';
import { COUNT_UNITS, type CountLimits, type CountUnit } from './counts.ts';
import {
  type BudgetCalendar,
  type Calendar,
  changedCalendar,
  chosenCalendar,
  periodOf,
} from './calendar.ts';

/** What people choose of a budget, calendar aside. */
export type Terms = Pick<
  Budget,
  | 'limitNanoUsd'
  | 'countLimits'
  | 'enforcement'
  | 'mode'
  | 'peakRequestsPerSecond'
  | 'onExpiry'
  | 'idleSeconds'
  | 'rolloverCapNanoUsd'
>;

/** Everything that people choose of a budget. */
export type BudgetSettings = Terms & Calendar;

/** Changes of the limits of requests and tokens. An absent one stays; `null` removes it. */
export type CountLimitsChange = { [Unit in CountUnit]?: number | null | undefined };

/** A setting that is absent stays as it is. `null` sets its default. */
export type SettingsChange = {
  [Name in Exclude<keyof BudgetSettings, 'countLimits'>]?: BudgetSettings[Name] | null | undefined;
} & Pick<Budget, 'spelling'> & { countLimits?: CountLimitsChange | undefined };

/** The settings of a new budget; it needs a limit besides. */
const DEFAULTS: BudgetSettings = {
  limitNanoUsd: undefined,
  countLimits: undefined,
  timeZone: 'UTC',
  weekStartsOn: undefined,
  billingDay: undefined,
  enforcement: 'enforce',
  mode: undefined,
  peakRequestsPerSecond: undefined,
  onExpiry: undefined,
  idleSeconds: undefined,
  rolloverCapNanoUsd: undefined,
};

/** Settings with defaults for those that are left out. */
export const settingsWith = (given: Partial<BudgetSettings>): BudgetSettings => ({
  ...DEFAULTS,
  ...given,
});

const NAMES = Object.keys(DEFAULTS) as (keyof BudgetSettings)[];

/** What was chosen for a budget last; its calendar may still have to take effect. */
export function settingsOf(budget: Budget): BudgetSettings {
  const { timeZone, weekStartsOn, billingDay } = chosenCalendar(budget);
  const { limitNanoUsd, countLimits, enforcement, mode, peakRequestsPerSecond, onExpiry } = budget;
  const { idleSeconds, rolloverCapNanoUsd } = budget;
  return {
    limitNanoUsd,
    countLimits,
    timeZone,
    weekStartsOn,
    billingDay,
    enforcement,
    mode,
    peakRequestsPerSecond,
    onExpiry,
    idleSeconds,
    rolloverCapNanoUsd,
  };
}

/** The names of the settings that differ; all that are set where there was no budget before. */
export const differingSettings = (
  before: BudgetSettings | undefined,
  after: BudgetSettings,
): (keyof BudgetSettings)[] => NAMES.filter((name) => !isSame(before, after, name));

function isSame(
  before: BudgetSettings | undefined,
  after: BudgetSettings,
  name: keyof BudgetSettings,
): boolean {
  if (name !== 'countLimits') return before?.[name] === after[name];
  return COUNT_UNITS.every((unit) => before?.countLimits?.[unit] === after.countLimits?.[unit]);
}

/**
 * The settings after a change.
 * @returns `undefined` if nothing would be limited
 */
export function changedSettings(
  before: BudgetSettings | undefined,
  { countLimits: counts, ...change }: SettingsChange,
): BudgetSettings | undefined {
  const base = before ?? DEFAULTS;
  const given = Object.fromEntries(
    Object.entries(change).flatMap(([name, value]) => {
      if (!NAMES.includes(name as keyof BudgetSettings) || value === undefined) return [];
      return [[name, value ?? DEFAULTS[name as keyof BudgetSettings]]];
    }),
  );
  const countLimits = counts ? changedCounts(base.countLimits, counts) : base.countLimits;
  const after: BudgetSettings = { ...base, ...given, countLimits };
  return after.limitNanoUsd === undefined && !countLimits ? undefined : after;
}

function changedCounts(
  before: CountLimits | undefined,
  change: CountLimitsChange,
): CountLimits | undefined {
  const limitOfUnit = (unit: CountUnit): number | undefined => {
    const limit = change[unit];
    return limit === undefined ? before?.[unit] : (limit ?? undefined);
  };
  const [requests, tokens] = [limitOfUnit('requests'), limitOfUnit('tokens')];
  return requests === undefined && tokens === undefined ? undefined : { requests, tokens };
}

/** A setting of a calendar or roll-over that a period does not have. */
export function settingsFault(
  period: Period,
  { weekStartsOn, billingDay, rolloverCapNanoUsd }: SettingsChange,
): { field: 'weekStartsOn' | 'billingDay' | 'rollover'; message: string } | undefined {
  if (weekStartsOn && period !== 'weekly') {
    return { field: 'weekStartsOn', message: 'applies to weekly budgets only' };
  }
  if (billingDay && period !== 'monthly') {
    return { field: 'billingDay', message: 'applies to monthly budgets only' };
  }
  if (typeof rolloverCapNanoUsd === 'bigint' && period === 'total') {
    return { field: 'rollover', message: 'does not apply to a total budget, which never resets' };
  }
  return undefined;
}

/** What makes no sense together after a change that touches it: one setting would have no effect. */
export function combinationFault(
  change: SettingsChange,
  { countLimits, mode, limitNanoUsd, rolloverCapNanoUsd }: BudgetSettings,
): { field: 'mode' | 'limit' | 'rollover' | 'limit.usd'; message: string } | undefined {
  if (countLimits && mode === 'escrow') {
    if (change.mode) {
      return {
        field: 'mode',
        message: 'must be exact for a budget that limits requests or tokens',
      };
    }
    const message = 'of requests or tokens needs the mode exact; send "mode": null with it';
    if (change.countLimits) return { field: 'limit', message };
  }
  if (limitNanoUsd === undefined && rolloverCapNanoUsd !== undefined) {
    if (change.rolloverCapNanoUsd) return { field: 'rollover', message: 'needs a limit in USD' };
    const message = 'is needed for the roll-over; send "rollover": null to end that, too';
    if (change.limitNanoUsd === null) return { field: 'limit.usd', message };
  }
  return undefined;
}

/** What a change finds: the budget, the calendar of a removed one, and the periods that have money. */
export type Predecessor = {
  before: Budget | undefined;
  formerCalendar: FormerCalendar | undefined;
  openKeys: ReadonlySet<string>;
};

/**
 * A budget with other settings. Another calendar takes effect after the current period, or after the
 * last one that was touched already. The same holds for a budget that was removed and is set again
 * within a period that has money. It has no source until a rule gives it one.
 */
export function budgetAfter(
  target: Pick<Budget, 'scope' | 'scopeId' | 'period'>,
  settings: BudgetSettings & Pick<Budget, 'spelling'>,
  { before, formerCalendar, openKeys }: Predecessor,
  nowMs: number,
): Budget {
  const { timeZone, weekStartsOn, billingDay, ...terms } = settings;
  const chosen = { timeZone, weekStartsOn, billingDay };
  const { period } = target;
  const createdAtMs = before?.createdAtMs ?? nowMs;
  const prior = before ?? (formerCalendar && { ...formerCalendar, period, createdAtMs });
  const isKept = prior && (before ?? openKeys.has(periodOf(prior, nowMs).key));
  const calendar: BudgetCalendar = isKept
    ? changedCalendar(prior, chosen, nowMs, ({ key }) => openKeys.has(key))
    : chosen;
  const after: Budget = {
    ...before,
    ...target,
    ...terms,
    ...calendar,
    source: undefined,
    createdAtMs,
    updatedAtMs: nowMs,
  };
  if (after.rolloverCapNanoUsd === undefined) return after;
  const rolledUntilMs = Math.max(before?.rolledUntilMs ?? 0, periodOf(after, nowMs).startsAtMs);
  return {
    ...after,
    rolledUntilMs: before?.rolloverCapNanoUsd ? before.rolledUntilMs : rolledUntilMs,
  };
}
