import type { Breach } from '../controls/breaches.ts';
import { type ControlChange, controlIdOf } from '../controls/control.ts';
import { restrictionText, stateText, strengthOf } from '../controls/restriction.ts';
import { amountText, spentOfText, unitAmountText } from '../controls/spend-unit.ts';
import { type LevelName, severityOf } from '../controls/thresholds.ts';
import { shownId } from '../scopes.ts';
import { type Alert, levelWord, subjectOf, whoseText, whoText } from './alert.ts';
import { breachAlertKind } from './breach-alert.ts';
import { shareOf, written } from '../letters/letter.ts';
import { minuteText } from './when-text.ts';

/**
 * The breach alert that reports what a change of a control did. No breach alert
 * reports the end of a control.
 * @param fresh breaches that were not raised before the change
 */
export function breachSaying(
  { change }: ControlChange,
  fresh: readonly Breach[],
): Alert['alsoSaidBy'] {
  if (change !== 'applied' && change !== 'hardened') return undefined;
  const hardest = fresh
    .filter(({ level }) => level.action !== 'alert')
    .toSorted((left, right) => severityOf(right.level.name) - severityOf(left.level.name))[0];
  return hardest && { kind: breachAlertKind(hardest), severity: hardest.level.name };
}

/** The alert that a control began, tightened or ended, with what people can do about it. */
export function controlAlertOf(
  organizationId: string,
  { change, control }: ControlChange,
  atMs: number,
): Alert {
  const { scope, scopeId, spelling, restriction, cause, actor, reason, changedAtMs } = control;
  const shown = shownId(control);
  const controlId = controlIdOf(control);
  const isOver = change === 'recovered' || change === 'expired' || change === 'reversed';
  const whose = whoseText({ ...control, organizationId });
  const until =
    control.expiresAtMs === undefined
      ? 'until a person ends it'
      : `until ${minuteText(control.expiresAtMs)} at the latest`;
  return {
    kind: isOver ? 'control_ended' : 'control_applied',
    severity: severityOfStrength(strengthOf(restriction)),
    organizationId,
    scope,
    scopeId,
    spelling,
    // A control may tighten to the same strength twice; the time tells the two apart.
    dedupKey: ['control', organizationId, controlId, change, changedAtMs].join('#'),
    incidentKey: ['control', organizationId, controlId].join('#'),
    atMs,
    subject: subjectOf(
      [
        `${isOver ? 'Over' : levelWord(severityOfStrength(strengthOf(restriction)))}:`,
        whoText(control),
        isOver ? 'is no longer restricted' : `is ${stateText(restriction)}`,
        ...(cause ? [`(${spentOfText(cause, cause.spent, cause.limit)})`] : []),
      ].join(' '),
    ),
    ...written({
      happened: isOver
        ? `${whose} is no longer ${stateText(restriction)}.`
        : `${whose} is ${stateText(restriction)}, ${until}.`,
      did: isOver ? ENDS[change] : EFFECTS[restriction.action],
      rows: [
        ...(cause
          ? [
              {
                name: cause.unit === undefined ? 'Spent' : 'Used',
                value: `${amountText(cause, cause.spent)} of ${unitAmountText(cause, cause.limit)}`,
                share: shareOf(cause.spent, cause.limit),
              },
            ]
          : []),
        { name: 'Reason', value: reason },
        { name: 'By', value: actor === 'automatic' ? 'Purser, automatically' : actor },
      ],
      todo: isOver
        ? ['Nothing. If spending rises again, you get another message.']
        : [`If this is wrong, end it now: POST /v1/controls/${controlId}/reverse.`],
    }),
    attributes: {
      event: isOver ? 'control_ended' : 'control_applied',
      organizationId,
      scope,
      scopeId: shown,
      controlId,
      change,
      action: restriction.action,
      restriction: restrictionText(restriction),
    },
  };
}

const EFFECTS = {
  throttle: 'Purser sends requests to cheaper models or limits how many there are, by the tier.',
  disable: 'Purser refuses new requests.',
  shutdown: 'Purser refuses every request.',
};

const ENDS = {
  recovered: 'Purser ended the restriction, because spending is well below the level.',
  expired: 'The restriction ended, because its time is over.',
  reversed: 'The restriction was ended before its time.',
};

function severityOfStrength(strength: number): LevelName {
  if (strength >= strengthOf({ action: 'shutdown' })) return 'emergency';
  return strength > strengthOf({ action: 'throttle', tier: 1 }) ? 'critical' : 'warning';
}
