import * as z from 'zod';
import { calendarAt, pendingChange } from '../domain/ledger/calendar.ts';
import { type Adjustment, ADJUSTMENT_KINDS, adjustmentsIn } from '../domain/ledger/adjustments.ts';
import {
  type Budget,
  BUDGET_MODES,
  type BudgetStanding,
  ENFORCEMENTS,
  EXPIRY_POLICIES,
} from '../domain/ledger/budget.ts';
import {
  type BudgetSettings,
  differingSettings,
  type SettingsChange,
  settingsOf,
} from '../domain/ledger/budget-settings.ts';
import { COUNT_UNITS } from '../domain/ledger/counts.ts';
import { formatUsd } from '../domain/money.ts';
import { type PeriodStarts, WEEKDAYS } from '../domain/periods.ts';
import { budgetLimit, limitsOf, requireOneLimit } from './budget-limits.ts';
import { idleSeconds, instantText, perSecond, timeZone, usd, usdText } from './fields.ts';
import { budgetLevels, type LevelView } from './thresholds.ts';

const weekStartsOn = z.enum(WEEKDAYS);
const billingDay = z.int().min(1).max(28);

/** The settings of a budget. Those left out stay, and `null` sets the default. */
export const budgetBody = z
  .strictObject({
    limitUsd: usd.optional().meta({
      description: 'The same as limit.usd. A new budget needs a limit',
    }),
    limit: budgetLimit.optional(),
    timeZone: timeZone.nullish().meta({
      description: 'Default UTC. A change takes effect with the next period',
    }),
    weekStartsOn: weekStartsOn.nullish().meta({
      description:
        'For a weekly budget; default monday. A change takes effect with the next period',
    }),
    billingDay: billingDay.nullish().meta({
      description:
        'On which day the periods of a monthly budget begin; default 1. A change takes effect with the next period',
    }),
    enforcement: z.enum(ENFORCEMENTS).nullish().meta({ description: 'Default enforce' }),
    mode: z.enum(BUDGET_MODES).nullish().meta({
      description:
        'exact: every request moves the balance. escrow: the balance lends to wallets, and requests move the wallets. Shared budgets default to escrow from 1000 USD or 20 requests per second upward',
    }),
    peakRequestsPerSecond: perSecond.nullish().meta({
      description: 'Expected peak; it determines the number of lanes',
    }),
    onExpiry: z.enum(EXPIRY_POLICIES).nullish().meta({
      description:
        'What happens to the money of an expired reservation. presume (default) counts it as spent. release returns it, which overspends if the call was made; it applies only if every budget of the request says so',
    }),
    idleSeconds: idleSeconds.nullish().meta({
      description: 'For a session: how long it may be idle before its run closes. Default: 1800',
    }),
    rollover: z.strictObject({ capUsd: usd }).nullish().meta({
      description:
        'Moves what is left at the end of a period to the next one, at most capUsd. Default: no roll-over',
    }),
    thresholds: budgetLevels.nullable().optional().meta({
      description:
        'Levels that belong to this budget and go with it. Left out, they stay; null or [] removes them',
    }),
  })
  .superRefine(requireOneLimit)
  .meta({ id: 'BudgetInput' });

/** The change of settings that a body asks for. */
export const settingsChangeOf = ({
  rollover,
  ...body
}: Omit<z.output<typeof budgetBody>, 'thresholds'>): SettingsChange => ({
  timeZone: body.timeZone,
  weekStartsOn: body.weekStartsOn,
  billingDay: body.billingDay,
  enforcement: body.enforcement,
  mode: body.mode,
  peakRequestsPerSecond: body.peakRequestsPerSecond,
  onExpiry: body.onExpiry,
  idleSeconds: body.idleSeconds,
  ...limitsOf(body),
  rolloverCapNanoUsd: rollover && rollover.capUsd,
});

/** A setting that a change gave another value; `null` stands for the default. */
const settingChange = z
  .object({
    field: z.string().meta({ example: 'limitUsd' }),
    from: z.union([z.string(), z.number(), z.null()]),
    to: z.union([z.string(), z.number(), z.null()]),
  })
  .meta({ id: 'BudgetSettingChange' });
export const settingChanges = z.array(settingChange).meta({
  description: 'What this change gave another value; empty if nothing',
});

const FIELDS: Record<Exclude<keyof BudgetSettings, 'countLimits'>, string> = {
  limitNanoUsd: 'limitUsd',
  timeZone: 'timeZone',
  weekStartsOn: 'weekStartsOn',
  billingDay: 'billingDay',
  enforcement: 'enforcement',
  mode: 'mode',
  peakRequestsPerSecond: 'peakRequestsPerSecond',
  onExpiry: 'onExpiry',
  idleSeconds: 'idleSeconds',
  rolloverCapNanoUsd: 'rollover.capUsd',
};

export type SettingChanges = z.output<typeof settingChanges>;

/** What differs between the levels of a budget and those before a change, in words. */
export function levelChangesOf(
  before: readonly LevelView[],
  after: readonly LevelView[],
): SettingChanges {
  const [from, to] = [before, after].map((levels) => levels.map(levelText).join(', ') || null);
  return from === to ? [] : [{ field: 'thresholds', from: from ?? null, to: to ?? null }];
}

const levelText = ({ name, period, action, ...level }: LevelView): string =>
  `${name}: ${action} at ${'percent' in level ? `${level.percent} %` : `${level.amountUsd} USD`} ${period}`;

/** What differs between a budget and the one before it. */
export function settingChangesOf(before: Budget | undefined, after: Budget): SettingChanges {
  const [last, now] = [before && settingsOf(before), settingsOf(after)];
  const valueOf = (value: bigint | string | number | undefined): string | number | null =>
    typeof value === 'bigint' ? formatUsd(value) : (value ?? null);
  return differingSettings(last, now).flatMap((name) =>
    name === 'countLimits'
      ? COUNT_UNITS.filter((unit) => last?.countLimits?.[unit] !== now.countLimits?.[unit]).map(
          (unit) => ({
            field: `limit.${unit}`,
            from: valueOf(last?.countLimits?.[unit]),
            to: valueOf(now.countLimits?.[unit]),
          }),
        )
      : [{ field: FIELDS[name], from: valueOf(last?.[name]), to: valueOf(now[name]) }],
  );
}

export const adjustmentView = z
  .object({
    adjustmentId: z.string(),
    kind: z.enum(ADJUSTMENT_KINDS),
    addUsd: usdText,
    addRequests: z.int().optional().meta({ description: 'Of a reset, if the budget counts them' }),
    addTokens: z.int().optional(),
    from: instantText,
    until: instantText.optional(),
    actor: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'BudgetAdjustment' });

/** What a view of a budget says about its calendar and adjustments, where there is something to say. */
export const calendarMembers = {
  weekStartsOn: weekStartsOn.optional(),
  billingDay: billingDay.optional(),
  calendarChange: z
    .object({
      timeZone: z.string(),
      weekStartsOn: weekStartsOn.optional(),
      billingDay: billingDay.optional(),
      takesEffectAt: instantText,
    })
    .optional()
    .meta({ description: 'A change of the calendar that takes effect with a later period' }),
  rollover: z.object({ capUsd: usdText }).optional(),
  configuredLimitUsd: usdText.optional().meta({
    description: 'The limit without adjustments, if there are any',
  }),
  adjustments: z.array(adjustmentView).optional().meta({
    description: 'What changes the limit of this period now',
  }),
};

export const adjustmentViewOf = (adjustment: Adjustment): z.output<typeof adjustmentView> => ({
  adjustmentId: adjustment.adjustmentId,
  kind: adjustment.kind,
  addUsd: formatUsd(adjustment.addNanoUsd),
  addRequests: adjustment.addCounts?.requests,
  addTokens: adjustment.addCounts?.tokens,
  from: new Date(adjustment.fromMs).toISOString(),
  ...(adjustment.untilMs === undefined
    ? {}
    : { until: new Date(adjustment.untilMs).toISOString() }),
  actor: adjustment.actor,
  reason: adjustment.reason,
});

/** The `calendarMembers` of a standing, and the time zone of its period. */
export function calendarMembersOf({ budget, span }: BudgetStanding, nowMs: number) {
  const calendar = calendarAt(budget, span.startsAtMs);
  const next = pendingChange(budget, nowMs);
  const adjustments = adjustmentsIn(budget, span, nowMs);
  const { rolloverCapNanoUsd } = budget;
  return {
    timeZone: calendar.timeZone,
    ...startsOf(calendar),
    ...(next && {
      calendarChange: {
        timeZone: next.timeZone,
        ...startsOf(next),
        takesEffectAt: new Date(next.fromMs).toISOString(),
      },
    }),
    ...(rolloverCapNanoUsd === undefined
      ? {}
      : { rollover: { capUsd: formatUsd(rolloverCapNanoUsd) } }),
    ...(adjustments.length > 0 && {
      ...(budget.limitNanoUsd === undefined
        ? {}
        : { configuredLimitUsd: formatUsd(budget.limitNanoUsd) }),
      adjustments: adjustments.map(adjustmentViewOf),
    }),
  };
}

const startsOf = ({ weekStartsOn: firstDay, billingDay: day }: PeriodStarts) => ({
  ...(firstDay === undefined ? {} : { weekStartsOn: firstDay }),
  ...(day === undefined ? {} : { billingDay: day }),
});
