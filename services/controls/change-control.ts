import type { Telemetry } from '../../contracts/telemetry.ts';
import { controlViewOf } from '../../contracts/controls.ts';
import { type ControlChange, controlIdOf } from '../../domain/controls/control.ts';
import { restrictionText } from '../../domain/controls/restriction.ts';
import type { AuditLog } from '../../tables/audit-log.ts';
import type { ControlStore, StoredControls } from '../../tables/auto-control-config.ts';

export type ChangeDeps = {
  controls: Pick<ControlStore, 'change'>;
  audit: Pick<AuditLog, 'record'>;
  telemetry: Telemetry;
};

/**
 * Stores a change of a control together with the action that tells of it, then audits it.
 * @returns `false` when somebody else changed the scope's controls since they were read
 */
export async function changeControl(
  { controls, audit, telemetry }: ChangeDeps,
  organizationId: string,
  stored: StoredControls,
  { change, control, next }: ControlChange,
  by: string,
  nowMs: number,
  reason = control.reason,
): Promise<boolean> {
  const { scope, scopeId, restriction } = control;
  const controlId = controlIdOf(control);
  const view = controlViewOf(control);
  const isTold = change !== 'renewed';
  const action = {
    organizationId,
    scope,
    scopeId,
    actionId: [controlId, change, nowMs].join('/'),
    controlId,
    change,
    action: restriction.action,
    configuredAction: restriction.action,
    actor: by,
    reason,
    evidence: view,
    atMs: nowMs,
  };
  const isDone = await controls.change(
    organizationId,
    stored,
    next,
    isTold ? action : undefined,
    nowMs,
  );
  if (!isDone || !isTold) return isDone;
  const target = `${scope}/${scopeId}`;
  telemetry.info('CONTROL_CHANGED', {
    organizationId,
    target,
    change,
    restriction: restrictionText(restriction),
    by,
  });
  telemetry.metric('ControlsChanged', 1, { Change: change });
  await audit.record({
    organizationId,
    actor: by,
    action: `control.${change}`,
    target,
    after: { ...view, reason },
    atMs: nowMs,
  });
  return true;
}
