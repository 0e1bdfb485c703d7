import { type NamingDeps, withName } from '../alerts/with-names.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Call, OrganizationCall } from '../../domain/access/caller.ts';
import { controlAlertOf } from '../../domain/alerts/control-alert.ts';
import {
  applyManually,
  type Control,
  type ControlChange,
  controlIdOf,
  endExpired,
  isInForce,
  placeOfControl,
  reverse,
} from '../../domain/controls/control.ts';
import type { Restriction } from '../../domain/controls/restriction.ts';
import { canonicalScope, type ScopeRef, type SpelledScope } from '../../domain/scopes.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ControlStore, StoredControls } from '../../tables/auto-control-config.ts';
import type { AlertPublisher } from '../alerts/alert-publisher.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import { conflict, invalidField, notFound, type ServiceError } from '../errors.ts';
import { requireOwnOrganization } from '../require-own-organization.ts';
import { type ChangeDeps, changeControl } from './change-control.ts';

export type ManageControlsDeps = NamingDeps & {
  controls: Pick<ControlStore, 'getMany' | 'getToChange' | 'changeWrites' | 'listByOrganization'>;
  audit: Pick<AuditLog, 'change'>;
  alerts: AlertPublisher;
  telemetry: Telemetry;
};

type Given = SpelledScope & {
  restriction: Restriction;
  reason: string;
  expiresAtMs?: number | undefined;
};

/**
 * Restricts a scope manually.
 * @throws ServiceError `invalid-request` if it would expire immediately, `not-found` for another
 *   organization
 */
export async function applyControl(
  deps: ManageControlsDeps,
  call: Call,
  order: Given,
): Promise<Control> {
  if (order.expiresAtMs !== undefined && order.expiresAtMs <= call.nowMs) {
    throw invalidField('expiresAt', 'must be in the future');
  }
  requireOwnOrganization(call.organizationId, order);
  const target = canonicalScope(order);
  return changed(deps, call, { target }, ({ state }) =>
    applyManually(state, { ...order, ...target, actor: call.actor }, call.nowMs),
  );
}

/**
 * Ends a control.
 * @throws ServiceError `not-found` for an unknown ID, `conflict` if it has already ended
 */
export async function reverseControl(
  deps: ManageControlsDeps,
  call: Call,
  { controlId, reason }: { controlId: string; reason: string },
): Promise<Control> {
  const target = placeOfControl(controlId);
  if (!target) throw noControl(controlId);
  return changed(deps, call, { target, reason }, ({ state, version }) => {
    if (version === 0) throw noControl(controlId);
    const control = state[target.origin];
    if (!control || controlIdOf(control) !== controlId) {
      throw conflict(`Control ${controlId} has already ended.`);
    }
    return reverse(state, control);
  });
}

export const noControl = (controlId: string): ServiceError =>
  notFound(`Control ${controlId} was not found.`);

/**
 * Lists the controls in force in an organization, or on one of its scopes, sorted by scope with
 * manual controls first.
 */
export async function listControls(
  { controls }: Pick<ManageControlsDeps, 'controls'>,
  { organizationId, nowMs }: OrganizationCall,
  ref: ScopeRef | undefined,
): Promise<Control[]> {
  const stored = ref
    ? await controls.getMany(organizationId, [ref])
    : await controls.listByOrganization(organizationId);
  return stored.flatMap(({ state: { automatic, manual } }) =>
    [manual, automatic].filter((control) => isInForce(control, nowMs)),
  );
}

/** Ends a scope's manual control once it has expired. */
export async function endManualControl(
  deps: ChangeDeps & NamingDeps & { alerts: AlertPublisher },
  { organizationId, nowMs }: OrganizationCall,
  { scope, scopeId, state }: StoredControls,
): Promise<void> {
  if (!endExpired(state, nowMs)) return;
  const target = { scope, scopeId };
  const request = { organizationId, target, by: 'automatic', nowMs };
  const { change } = await changeControl(deps, request, (stored) =>
    endExpired(stored.state, nowMs),
  );
  if (change) await tellChange(deps, { organizationId, nowMs }, change);
}

async function changed(
  deps: ManageControlsDeps,
  { organizationId, actor, nowMs }: Call,
  { target, reason }: { target: ScopeRef; reason?: string },
  decide: (stored: StoredControls) => ControlChange,
): Promise<Control> {
  const request = { organizationId, target, by: actor, reason, nowMs };
  const { change } = await changeControl(deps, request, decide);
  if (!change) throw new Error('A manual request changed no control, and nothing refused it.');
  await tellChange(deps, { organizationId, nowMs }, change);
  return change.control;
}

async function tellChange(
  deps: NamingDeps & Parameters<typeof publishQuietly>[0],
  { organizationId, nowMs }: OrganizationCall,
  change: ControlChange,
): Promise<void> {
  const control = await withName(deps, organizationId, change.control);
  await publishQuietly(deps, controlAlertOf(organizationId, { ...change, control }, nowMs));
}
