import type { Breach } from '../controls/breaches.ts';
import { type ControlChange, controlIdOf } from '../controls/control.ts';
import { restrictionText, strengthOf } from '../controls/restriction.ts';
import { shortText, unitText } from '../controls/spend-unit.ts';
import { type LevelName, severityOf } from '../controls/thresholds.ts';
import { shownId } from '../scopes.ts';
import { type Alert, subjectOf } from './alert.ts';
import { breachAlertKind } from './breach-alert.ts';

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
  const what = restrictionText(restriction);
  const until =
    control.expiresAtMs === undefined
      ? 'until a person reverses it'
      : `until ${new Date(control.expiresAtMs).toISOString()} at the latest`;
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
      isOver
        ? `Purser: ${scope} ${shown} is no longer restricted`
        : `Purser: ${scope} ${shown}: ${what}`,
    ),
    body: [
      isOver
        ? `The ${scope} ${shown} of ${organizationId} is no longer under "${what}" (${change}).`
        : `The ${scope} ${shown} of ${organizationId} is under "${what}" ${until}.`,
      '',
      `Why:  ${reason}`,
      `Who:  ${actor}`,
      ...(cause
        ? [
            `${cause.unit === undefined ? 'Spent' : 'Used'}: ${shortText(cause, cause.spent)} of ${shortText(cause, cause.limit)} ${unitText(cause)}`,
          ]
        : []),
      ...(isOver
        ? []
        : ['', 'What to do', `- End it now: POST /v1/controls/${controlId}/reverse.`]),
    ].join('\n'),
    attributes: {
      event: isOver ? 'control_ended' : 'control_applied',
      organizationId,
      scope,
      scopeId: shown,
      controlId,
      change,
      action: restriction.action,
      restriction: what,
    },
  };
}

function severityOfStrength(strength: number): LevelName {
  if (strength >= strengthOf({ action: 'shutdown' })) return 'emergency';
  return strength > strengthOf({ action: 'throttle', tier: 1 }) ? 'critical' : 'warning';
}
