import { base64UrlToText, textToBase64Url } from '../base64url.ts';
import { type ScopeRef, SCOPES, type SpelledScope } from '../scopes.ts';
import { type Restriction, strengthOf } from './restriction.ts';
import type { SpendCause, WantedRestriction } from './wanted-restriction.ts';

/** A restriction that a scope is under. */
export type Control = SpelledScope & {
  restriction: Restriction;
  origin: 'automatic' | 'manual';
  /** Who: `automatic`, the id of an API key, or the subject of a token. */
  actor: string;
  reason: string;
  /** Only for an automatic control. */
  cause?: SpendCause | undefined;
  appliedAtMs: number;
  /** When its restriction was last made harder or milder. */
  changedAtMs: number;
  /** Ends at that time without any action. A manual control without it lasts until it is reversed. */
  expiresAtMs?: number | undefined;
};

/** A person ended an automatic control: it comes back only harder, or after `untilMs`. */
export type Dismissal = { strength: number; untilMs: number };

/** What is stored of one scope. An automatic and a manual control stand side by side. */
export type ControlState = {
  automatic?: Control | undefined;
  manual?: Control | undefined;
  dismissed?: Dismissal | undefined;
  /** A correction made the automatic control milder: until then only a clear fall does so again. */
  correctedUntilMs?: number | undefined;
};

/** What the spend of a scope calls for, and what keeps a control in force that it is under. */
export type SpendVerdict = {
  wanted: WantedRestriction | undefined;
  /** With the lower limits of what is in force already (`wantedRestriction`). */
  held: WantedRestriction | undefined;
  /** Spend was taken back, by a correction or a refused claim, or a person changed a limit. */
  isCorrected?: boolean | undefined;
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
  /** `renewed` only moves the end of a control, and is told to nobody. */
  change: (typeof CONTROL_CHANGES)[number];
  /** The control after the change, or as it was when it ended. */
  control: Control;
  next: ControlState;
};

/** For so long after its last change an automatic control is not eased. */
export const COOL_DOWN_MS = 900_000;

/** The id of a control, from which its place can be read (`placeOfControl`). */
export const controlIdOf = ({ scope, scopeId, origin, appliedAtMs }: Control): string =>
  ID_PREFIX + textToBase64Url(JSON.stringify([scope, scopeId, origin, appliedAtMs]));

const ID_PREFIX = 'ctl_';

/** The scope and origin of the control that an id names; `undefined` for any other id. */
export function placeOfControl(
  controlId: string,
): (ScopeRef & { origin: Control['origin'] }) | undefined {
  if (!controlId.startsWith(ID_PREFIX)) return undefined;
  try {
    const text = base64UrlToText(controlId.slice(ID_PREFIX.length));
    const [kind, scopeId, origin] = JSON.parse(text ?? '[]') as unknown[];
    const scope = SCOPES.find((scopeName) => scopeName === kind);
    if (!scope || typeof scopeId !== 'string' || scopeId === '') return undefined;
    return origin === 'automatic' || origin === 'manual' ? { scope, scopeId, origin } : undefined;
  } catch {
    return undefined;
  }
}

export const isInForce = (control: Control | undefined, nowMs: number): control is Control =>
  control !== undefined && (control.expiresAtMs === undefined || nowMs < control.expiresAtMs);

/** The hardest control in force of a scope. */
export function effectiveControl(state: ControlState, nowMs: number): Control | undefined {
  const [first, second] = [state.manual, state.automatic].filter((control) =>
    isInForce(control, nowMs),
  );
  return strengthOf(second?.restriction) > strengthOf(first?.restriction) ? second : first;
}

/**
 * What the spend of a scope changes in its automatic control: harder at once, milder only after the
 * cool-down and when the spend is clearly below. A correction makes it milder at once, the first time
 * in a period as soon as the spend is below the limit, later when it is clearly below, so that
 * corrections to and fro do not switch it on and off. One whose time is over ends first, whatever is
 * wanted next, so that its end is told.
 * @returns `undefined` when it stays as it is
 */
export function nextAutomatic(
  scope: SpelledScope,
  state: ControlState,
  { wanted, held, isCorrected = false }: SpendVerdict,
  nowMs: number,
): ControlChange | undefined {
  const { automatic: current, dismissed } = state;
  if (current && !isInForce(current, nowMs)) return ended('expired', state, current);
  const strength = strengthOf(current?.restriction);
  if (wanted && strengthOf(wanted.restriction) > strength) {
    const isDismissed =
      dismissed &&
      nowMs < dismissed.untilMs &&
      strengthOf(wanted.restriction) <= dismissed.strength;
    if (!isDismissed) {
      return current
        ? changed('hardened', state, { ...current, changedAtMs: nowMs }, wanted)
        : changed('applied', state, appliedTo(scope, wanted, nowMs), wanted);
    }
  }
  if (!current) return undefined;
  const isFirstCorrection = isCorrected && nowMs >= (state.correctedUntilMs ?? 0);
  const kept = isFirstCorrection ? wanted : held;
  if (kept && strengthOf(kept.restriction) >= strength) {
    const isLonger = kept.endsAtMs > (current.expiresAtMs ?? Infinity);
    return isLonger ? renewed(state, current, kept) : undefined;
  }
  if (!isCorrected && nowMs - current.changedAtMs < COOL_DOWN_MS) return undefined;
  const before = isCorrected ? { ...state, correctedUntilMs: current.expiresAtMs } : state;
  return kept
    ? changed('eased', before, { ...current, changedAtMs: nowMs }, kept)
    : ended('recovered', before, current);
}

/** A person restricts a scope. What a person said before is changed: it stays one and the same control. */
export function applyManually(
  state: ControlState,
  given: SpelledScope & Pick<Control, 'restriction' | 'actor' | 'reason' | 'expiresAtMs'>,
  nowMs: number,
): ControlChange {
  const appliedAtMs = state.manual?.appliedAtMs ?? nowMs;
  const control: Control = { ...given, origin: 'manual', appliedAtMs, changedAtMs: nowMs };
  return { change: 'applied', control, next: { ...state, manual: control } };
}

/** A person ends a control. An automatic one is not taken up again for the same reason. */
export function reverse(state: ControlState, control: Control): ControlChange {
  const change = ended('reversed', state, control);
  if (control.origin === 'manual' || control.expiresAtMs === undefined) return change;
  const dismissed = { strength: strengthOf(control.restriction), untilMs: control.expiresAtMs };
  return { ...change, next: { ...change.next, dismissed } };
}

/** A manual control whose time is over. */
export const endExpired = (state: ControlState, nowMs: number): ControlChange | undefined =>
  state.manual && !isInForce(state.manual, nowMs)
    ? ended('expired', state, state.manual)
    : undefined;

function changed(
  change: 'applied' | 'hardened' | 'eased',
  state: ControlState,
  current: Control,
  { restriction, cause, endsAtMs }: WantedRestriction,
): ControlChange {
  const control: Control = {
    ...current,
    restriction,
    cause,
    reason: reasonOf(cause),
    expiresAtMs: endsAtMs,
  };
  return { change, control, next: { ...state, automatic: control } };
}

function renewed(
  state: ControlState,
  current: Control,
  { cause, endsAtMs }: WantedRestriction,
): ControlChange {
  const control: Control = { ...current, cause, expiresAtMs: endsAtMs };
  return { change: 'renewed', control, next: { ...state, automatic: control } };
}

const appliedTo = (
  { scope, scopeId, spelling }: SpelledScope,
  { restriction, cause }: WantedRestriction,
  nowMs: number,
): Control => ({
  scope,
  scopeId,
  ...(spelling === undefined ? {} : { spelling }),
  restriction,
  origin: 'automatic',
  actor: 'automatic',
  reason: reasonOf(cause),
  appliedAtMs: nowMs,
  changedAtMs: nowMs,
});

const reasonOf = ({ level, period, periodKey }: SpendCause): string =>
  `${level} threshold reached in ${period} ${periodKey}`;

function ended(
  change: 'recovered' | 'expired' | 'reversed',
  state: ControlState,
  control: Control,
): ControlChange {
  return { change, control, next: { ...state, [control.origin]: undefined } };
}
