import { alertPreferenceRoutes } from '../../contracts/alert-preferences.ts';
import { scopePreferencesViewOf } from '../../contracts/server/alert-preferences-view.ts';
import { breachRoutes, breachViewOf } from '../../contracts/breaches.ts';
import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import { thresholdRoutes, thresholdsViewOf } from '../../contracts/thresholds.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { maySeeAddresses } from '../../domain/access/policy.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type {
  AlertPreferencesManager,
  PreferencesInForce,
} from '../../services/alerts/manage-alert-preferences.ts';
import { type ModelNames, requireOwnModel } from '../../services/catalog/model-names.ts';
import type { ThresholdManager } from '../../services/controls/manage-thresholds.ts';
import type { AlertPublisher } from '../../services/alerts/alert-publisher.ts';
import { sendTestAlert } from '../../services/alerts/send-test-alert.ts';
import type { NameReader } from '../../services/display-names.ts';
import { invalidField } from '../../services/errors.ts';
import { requireListedScope } from '../../services/require-listed-tag.ts';
import type { AlertAllowanceStore } from '../../tables/alert-allowances.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';
import type { ThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import { departmentFor } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';
import { spelledScope } from '../edge/naming.ts';

type Deps = Edge & {
  thresholds: ThresholdManager;
  preferences: AlertPreferencesManager;
  breaches: ThresholdBreachStore;
  alerts: AlertPublisher;
  allowances: AlertAllowanceStore;
  audit: Pick<AuditLog, 'record'>;
  settings: Pick<ReportSettingsStore, 'listedTags'>;
  names: ModelNames;
  displayNames: NameReader;
};

/** Thresholds, breaches and alert preferences. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    endpoint(thresholdRoutes.getThresholds, async ({ params, query, caller, call }) => {
      const departmentId = departmentFor(caller, query.departmentId);
      const inForce = await deps.thresholds.levels(call, params, departmentId);
      return { status: 200, body: thresholdsViewOf(params, inForce) };
    }),

    endpoint(thresholdRoutes.putThresholds, async ({ params, body, call }) => {
      await requireListedScope(deps.settings, call.organizationId, params);
      await requireOwnModel(deps.names, call, params);
      const changed = await deps.thresholds.putLevels(call, params, body.levels);
      return { status: 200, body: thresholdsViewOf(params, changed) };
    }),

    endpoint(thresholdRoutes.deleteThresholds, async ({ params, call }) => {
      const changed = await deps.thresholds.putLevels(call, params, []);
      return { status: 200, body: thresholdsViewOf(params, changed) };
    }),

    endpoint(breachRoutes.listBreaches, async ({ query, caller }) => {
      const { scope, scopeId, limit, cursor } = query;
      const { organizationId } = caller;
      const list = scope ? 'breaches-of-scope' : 'breaches';
      const page = { limit, after: placeOf(list, cursor) };
      const { breaches, next } =
        scope && scopeId
          ? await deps.breaches.listOfScope(
              organizationId,
              canonicalScope({ scope, scopeId }),
              page,
            )
          : await deps.breaches.listByTime(organizationId, page);
      return {
        status: 200,
        body: {
          items: (await deps.displayNames.namedScopes(organizationId, breaches)).map(breachViewOf),
          nextCursor: encodeCursor(list, next),
        },
      };
    }),

    endpoint(alertPreferenceRoutes.getAlertPreferences, async ({ params, caller }) => {
      const inForce = await deps.preferences.get(caller.organizationId, params);
      return { status: 200, body: shownTo(caller, params, inForce) };
    }),

    endpoint(alertPreferenceRoutes.putAlertPreferences, async ({ params, body, caller, call }) => {
      await requireListedScope(deps.settings, call.organizationId, params);
      const changed = await deps.preferences.put(call, params, body);
      return { status: 200, body: shownTo(caller, params, changed) };
    }),

    endpoint(alertPreferenceRoutes.sendTestAlert, async (request) => {
      const { body, call, idempotencyKey, requestId, spell } = request;
      const test = {
        target: spelledScope(body, spell),
        onlyChannel: body.channel,
        key: idempotencyKey ?? requestId,
      };
      return { status: 202, body: await sendTestAlert(deps, call, test) };
    }),
  ]);

/**
 * Where a page of breaches ended: a time and the six parts that identify a breach, or only the last
 * four.
 */
const PLACES = {
  breaches: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(#[^#]+){6}$/u,
  'breaches-of-scope': /^[^#]+(#[^#]+){3}$/u,
};

function placeOf(list: keyof typeof PLACES, cursor: string | undefined): string | undefined {
  const place = decodeCursor(list, cursor);
  if (place !== undefined && !PLACES[list].test(place)) {
    throw invalidField('cursor', 'is not a cursor for this list');
  }
  return place;
}

/** Preferences as this caller may see them: only those who manage them see the addresses. */
const shownTo = (caller: Caller, target: ScopeRef, preferences: PreferencesInForce) =>
  scopePreferencesViewOf(target, preferences, maySeeAddresses(caller, preferences.source));
