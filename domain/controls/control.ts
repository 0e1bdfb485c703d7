import { base64UrlToText, textToBase64Url } from '../base64url.ts';
import { isScope, type ScopeRef, type SpelledScope } from '../scopes.ts';
import { type Restriction, strengthOf } from './restriction.ts';
import { type RequiredRestriction, type SpendCause, strictestOf } from './required-restriction.ts';

/** A restriction on one scope. */
export type Control = SpelledScope & {
  restriction: Restriction;
  origin: 'automatic' | 'manual';
  /** `automatic`, the id of an API key, or the subject of a token. */
  actor: string;
  reason: string;
  /** Set only on automatic controls. */
  cause?: SpendCause | undefined;
  /** Set only on automatic controls: every level that restricts and had been reached. */
  reached?: readonly ReachedLevel[] | undefined;
  appliedAtMs: number;
  /** When the restriction last became stricter or milder. */
  changedAtMs: number;
  /**
   * When the control ends without any action. A manual control without it lasts until someone
   * reverses it.
   */
  expiresAtMs?: number | undefined;
};

/** A level whose limit was reached, until its spend stops counting. */
export type ReachedLevel = Pick<SpendCause, 'period' | 'limit' | 'unit'> & { untilMs: number };

/**
 * Records that a person ended an automatic control. The levels that had been reached may then only
 * bring a stricter one. Limits that were not reached yet, among them every new one, act as before.
 */
export type Dismissal = {
  strength: number;
  untilMs: number;
  /** Absent in dismissals stored without it: these hold for every level. */
  levels?: readonly (ReachedLevel & { strength: number })[] | undefined;
};

/**
 * The stored state of one scope, which can have an automatic and a manual control at the same time.
 */
export type ControlState = {
  automatic?: Control | undefined;
  manual?: Control | undefined;
  dismissed?: Dismissal | undefined;
  /**
   * A correction has already relaxed the automatic control. Until this time another correction
   * relaxes it only if spend is clearly below the limit.
   */
  correctedUntilMs?: number | undefined;
};

/**
 * What a scope's spend requires now, and what it takes to keep an existing control as strict as it
 * is.
 */
export type SpendVerdict = {
  target: readonly RequiredRestriction[];
  /**
   * What the spend requires under the lower limits that apply to existing controls
   * (`requiredRestrictions`).
   */
  floor: readonly RequiredRestriction[];
  /** True if a correction or a rejected dispute took spend back. */
  isCorrected?: boolean | undefined;
  /** True if a person changed a limit. */
  isLimitChanged?: boolean | undefined;
};

export const CONTROL_CHANGES = [
  'applied',
  'hardened',
  'eased',
  'renewed',
  'recovered',
  'expired',
  'reversed',
] as const;

export type ControlChange = {
  /** `renewed` only extends a control and notifies nobody. */
  change: (typeof CONTROL_CHANGES)[number];
  /** The control after the change, or the last version of one that ended. */
  control: Control;
  next: ControlState;
};

/** An automatic control stays as strict as it is for this long after its last change. */
export const COOL_DOWN_MS = 900_000;

/** A control's id. It encodes the scope and origin, which `placeOfControl` reads back. */
export const controlIdOf = ({ scope, scopeId, origin, appliedAtMs }: Control): string =>
  ID_PREFIX + textToBase64Url(JSON.stringify([scope, scopeId, origin, appliedAtMs]));

const ID_PREFIX = 'ctl_';

/** The scope and origin that a control id encodes, or `undefined` if the id is invalid. */
export function placeOfControl(
  controlId: string,
): (ScopeRef & { origin: Control['origin'] }) | undefined {
  if (!controlId.startsWith(ID_PREFIX)) return undefined;
  try {
    const text = base64UrlToText(controlId.slice(ID_PREFIX.length));
    const [scope, scopeId, origin] = JSON.parse(text ?? '[]') as unknown[];
    if (!isScope(scope) || typeof scopeId !== 'string' || scopeId === '') return undefined;
    return origin === 'automatic' || origin === 'manual' ? { scope, scopeId, origin } : undefined;
  } catch {
    return undefined;
  }
}

export const isInForce = (control: Control | undefined, nowMs: number): control is Control =>
  control !== undefined && (control.expiresAtMs === undefined || nowMs < control.expiresAtMs);

/** The strictest active control of a scope. */
export function effectiveControl(state: ControlState, nowMs: number): Control | undefined {
  const [first, second] = [state.manual, state.automatic].filter((control) =>
    isInForce(control, nowMs),
  );
  return strengthOf(second?.restriction) > strengthOf(first?.restriction) ? second : first;
}

/**
 * Decides how a scope's spend changes its automatic control. The control tightens at once. It
 * relaxes only after the cool-down and when spend is clearly below the limit. A person's change of a
 * limit relaxes it as soon as spend is below the new limit. A correction relaxes it without a
 * cool-down: the first one in a period needs spend to be below the limit, later ones need it clearly
 * below, so that repeated corrections cannot switch the control on and off. A control that has run
 * out always ends first, so that its end gets reported.
 * @returns `undefined` if nothing changes
 */
export function nextAutomatic(
  scope: SpelledScope,
  state: ControlState,
  { target: required, floor, isCorrected = false, isLimitChanged = false }: SpendVerdict,
  nowMs: number,
): ControlChange | undefined {
  const { automatic, dismissed } = state;
  if (automatic && !isInForce(automatic, nowMs)) return ended('expired', state, automatic);
  const current = automatic && { ...automatic, reached: required.map(reachedLevelOf) };
  const strength = strengthOf(current?.restriction);
  const isOpen = (item: RequiredRestriction) => !isDismissed(item, dismissed, nowMs);
  const target = strictestOf(required.filter(isOpen));
  if (target && strengthOf(target.restriction) > strength) {
    return current
      ? changed('hardened', state, { ...current, changedAtMs: nowMs }, target)
      : changed('applied', state, appliedTo(scope, required, nowMs), target);
  }
  if (!current) return undefined;
  const isFirstCorrection = isCorrected && nowMs >= (state.correctedUntilMs ?? 0);
  const minimum = isFirstCorrection || isLimitChanged ? target : strictestOf(floor.filter(isOpen));
  if (minimum && strengthOf(minimum.restriction) >= strength) {
    const isLonger = minimum.endsAtMs > (current.expiresAtMs ?? Infinity);
    return isLonger ? renewed(state, current, minimum) : undefined;
  }
  const isAtOnce = isCorrected || isLimitChanged;
  if (!isAtOnce && nowMs - current.changedAtMs < COOL_DOWN_MS) return undefined;
  const before = isCorrected ? { ...state, correctedUntilMs: current.expiresAtMs } : state;
  return minimum
    ? changed('eased', before, { ...current, changedAtMs: nowMs }, minimum)
    : ended('recovered', before, current);
}

/** Whether a person has ended what this level brings. */
function isDismissed(
  { restriction, cause }: RequiredRestriction,
  dismissed: Dismissal | undefined,
  nowMs: number,
): boolean {
  if (!dismissed) return false;
  const strength = strengthOf(restriction);
  if (!dismissed.levels) return nowMs < dismissed.untilMs && strength <= dismissed.strength;
  return dismissed.levels.some(
    (level) =>
      level.period === cause.period &&
      level.limit === cause.limit &&
      level.unit === cause.unit &&
      nowMs < level.untilMs &&
      strength <= level.strength,
  );
}

const reachedLevelOf = ({ cause, endsAtMs }: RequiredRestriction): ReachedLevel => ({
  period: cause.period,
  limit: cause.limit,
  unit: cause.unit,
  untilMs: Math.min(endsAtMs, Number.MAX_SAFE_INTEGER),
});

/**
 * Applies a person's restriction to a scope. If one exists already, it is changed and keeps its id.
 */
export function applyManually(
  state: ControlState,
  order: SpelledScope & Pick<Control, 'restriction' | 'actor' | 'reason' | 'expiresAtMs'>,
  nowMs: number,
): ControlChange {
  const appliedAtMs = state.manual?.appliedAtMs ?? nowMs;
  const control: Control = { ...order, origin: 'manual', appliedAtMs, changedAtMs: nowMs };
  return { change: 'applied', control, next: { ...state, manual: control } };
}

/**
 * Ends a control on a person's behalf. The levels that had been reached cannot bring an automatic one
 * back.
 */
export function reverse(state: ControlState, control: Control): ControlChange {
  const change = ended('reversed', state, control);
  if (control.origin === 'manual') return change;
  const { restriction, expiresAtMs: untilMs = Number.MAX_SAFE_INTEGER } = control;
  const strength = strengthOf(restriction);
  const levels = control.reached && [
    ...(state.dismissed?.levels ?? []),
    ...control.reached.map((level) => ({ ...level, strength })),
  ];
  const dismissed = { strength, untilMs, levels };
  return { ...change, next: { ...change.next, dismissed } };
}

/** Ends a manual control that has run out. */
export const endExpired = (state: ControlState, nowMs: number): ControlChange | undefined =>
  state.manual && !isInForce(state.manual, nowMs)
    ? ended('expired', state, state.manual)
    : undefined;

function changed(
  change: 'applied' | 'hardened' | 'eased',
  state: ControlState,
  current: Omit<Control, 'restriction' | 'reason'>,
  { restriction, cause, endsAtMs }: RequiredRestriction,
): ControlChange {
  const control: Control = {
    ...current,
    restriction,
    cause,
    reason: reasonOf(cause),
    expiresAtMs: expiryOf(endsAtMs),
  };
  return { change, control, next: { ...state, automatic: control } };
}

function renewed(
  state: ControlState,
  current: Control,
  { cause, endsAtMs }: RequiredRestriction,
): ControlChange {
  const control: Control = { ...current, cause, expiresAtMs: expiryOf(endsAtMs) };
  return { change: 'renewed', control, next: { ...state, automatic: control } };
}

const appliedTo = (
  { scope, scopeId, spelling }: SpelledScope,
  required: readonly RequiredRestriction[],
  nowMs: number,
): Omit<Control, 'restriction' | 'reason'> => ({
  scope,
  scopeId,
  ...(spelling === undefined ? {} : { spelling }),
  origin: 'automatic',
  actor: 'automatic',
  reached: required.map(reachedLevelOf),
  appliedAtMs: nowMs,
  changedAtMs: nowMs,
});

/** A restriction for the spend of a total lasts until the spend falls or the limit rises. */
const expiryOf = (endsAtMs: number): number | undefined =>
  Number.isFinite(endsAtMs) ? endsAtMs : undefined;

const reasonOf = ({ level, period, periodKey }: SpendCause): string =>
  `${level} threshold reached in ${period} ${periodKey}`;

function ended(
  change: 'recovered' | 'expired' | 'reversed',
  state: ControlState,
  control: Control,
): ControlChange {
  return { change, control, next: { ...state, [control.origin]: undefined } };
}
