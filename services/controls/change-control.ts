import type { Telemetry } from '../../contracts/telemetry.ts';
import { controlViewOf } from '../../contracts/controls.ts';
import { type ControlChange, controlIdOf } from '../../domain/controls/control.ts';
import { restrictionText } from '../../domain/controls/restriction.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ControlStore, StoredControls } from '../../tables/auto-control-config.ts';

export type ChangeDeps = {
  controls: Pick<ControlStore, 'getToChange' | 'changeWrites'>;
  audit: Pick<AuditLog, 'change'>;
  telemetry: Telemetry;
};

type ControlRequest = {
  organizationId: string;
  target: ScopeRef;
  /** `automatic`, or the actor. */
  by: string;
  /** The reason for the change. Default: the control's own. */
  reason?: string | undefined;
  nowMs: number;
};

/**
 * Changes a scope's controls, together with their action and audit entry.
 * @param decide returns the change to the current controls, `undefined` for none, or throws to
 *   refuse; called again if someone else was faster
 * @returns the previous controls, and what changed
 * @throws StoreUnavailableError if others keep changing them
 */
export async function changeControl(
  { controls, audit, telemetry }: ChangeDeps,
  request: ControlRequest,
  decide: (stored: StoredControls) => ControlChange | undefined,
): Promise<{ stored: StoredControls; change: ControlChange | undefined }> {
  const { organizationId, target, by } = request;
  const { stored, change } = await audit.change(async () => {
    const read = await controls.getToChange(organizationId, target);
    const decided = decide(read);
    if (!decided) return { stored: read, change: decided, entries: [], writes: [] };
    const { action, entry } = tellingOf(request, decided);
    const told = decided.change === 'renewed' ? undefined : action;
    return {
      stored: read,
      change: decided,
      entries: [entry],
      writes: controls.changeWrites(request, read, decided.next, told),
    };
  });
  if (change && change.change !== 'renewed') {
    telemetry.info('CONTROL_CHANGED', {
      organizationId,
      target: `${target.scope}/${target.scopeId}`,
      change: change.change,
      restriction: restrictionText(change.control.restriction),
      by,
    });
    telemetry.metric('ControlsChanged', 1, { Change: change.change });
  }
  return { stored, change };
}

/** Builds the action and the audit entry of a change. */
function tellingOf(
  { organizationId, by, nowMs, ...request }: ControlRequest,
  decided: ControlChange,
) {
  const { change, control } = decided;
  const { scope, scopeId, spelling, restriction } = control;
  const reason = request.reason ?? control.reason;
  const controlId = controlIdOf(control);
  const view = controlViewOf(control);
  return {
    action: {
      organizationId,
      scope,
      scopeId,
      spelling,
      actionId: [controlId, change, nowMs].join('/'),
      controlId,
      change,
      action: restriction.action,
      configuredAction: restriction.action,
      actor: by,
      reason,
      evidence: view,
      atMs: nowMs,
    },
    entry: {
      organizationId,
      actor: by,
      action: `control.${change}`,
      target: `${scope}/${scopeId}`,
      after: { ...view, reason },
      atMs: nowMs,
    },
  };
}
