import {
  controlActionViewOf,
  controlRoutes,
  controlViewOf,
  restrictionOf,
} from '../../contracts/controls.ts';
import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import { controlIdOf, placeOfControl } from '../../domain/controls/control.ts';
import { canonicalScope } from '../../domain/scopes.ts';
import { type ModelNames, requireOwnModel } from '../../services/catalog/model-names.ts';
import {
  applyControl,
  listControls,
  noControl,
  type ManageControlsDeps,
  reverseControl,
} from '../../services/controls/manage-controls.ts';
import { invalidField } from '../../services/errors.ts';
import { requireListedScope } from '../../services/require-listed-tag.ts';
import type { ControlActionStore } from '../../tables/control-actions.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';
import { requireRecordOfScope } from '../edge/access.ts';
import type { NameReader } from '../../services/display-names.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';
import { spelledScope } from '../edge/naming.ts';

type Deps = Edge & { displayNames: NameReader } & ManageControlsDeps & {
    actions: Pick<ControlActionStore, 'listByTime'>;
    settings: Pick<ReportSettingsStore, 'listedTags'>;
    names: ModelNames;
  };

/** Controls in force, and the history of actions on scopes. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    endpoint(controlRoutes.listControls, async ({ query, call }) => {
      const { scope, scopeId } = query;
      const ref = scope && scopeId ? canonicalScope({ scope, scopeId }) : undefined;
      const all = await listControls(deps, call, ref);
      const after = decodeCursor('controls', query.cursor);
      const place = after === undefined ? -1 : all.findIndex((each) => controlIdOf(each) === after);
      if (after !== undefined && place < 0) {
        throw invalidField('cursor', 'its control has ended; start again without a cursor');
      }
      const page = all.slice(place + 1, place + 1 + query.limit);
      const last = place + 1 + page.length < all.length ? page.at(-1) : undefined;
      const nextCursor = encodeCursor('controls', last && controlIdOf(last));
      const named = await deps.displayNames.namedScopes(call.organizationId, page);
      return { status: 200, body: { items: named.map(controlViewOf), nextCursor } };
    }),

    endpoint(controlRoutes.applyControl, async ({ body, spell, call }) => {
      const { reason, expiresAt: expiresAtMs } = body;
      await requireListedScope(deps.settings, call.organizationId, body);
      await requireOwnModel(deps.names, call, body);
      const target = spelledScope(body, spell);
      const order = { ...target, reason, restriction: restrictionOf(body), expiresAtMs };
      const control = await applyControl(deps, call, order);
      return { status: 201, body: controlViewOf(control) };
    }),

    endpoint(controlRoutes.reverseControl, async ({ params, body, caller, call }) => {
      const place = placeOfControl(params.id);
      if (place) requireRecordOfScope(caller, place, () => noControl(params.id));
      const control = await reverseControl(deps, call, {
        controlId: params.id,
        reason: body.reason,
      });
      return { status: 200, body: controlViewOf(control) };
    }),

    endpoint(controlRoutes.listControlActions, async ({ query, caller }) => {
      const after = placeOf(query.cursor);
      const { actions, next } = await deps.actions.listByTime(caller.organizationId, {
        limit: query.limit,
        after,
      });
      const nextCursor = encodeCursor('control-actions', next);
      const named = await deps.displayNames.namedScopes(caller.organizationId, actions);
      return { status: 200, body: { items: named.map(controlActionViewOf), nextCursor } };
    }),
  ]);

/** Where a page ended: a time, a scope with its ID, and the name of the action within it. */
const PLACE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(#[^#]+){3,}$/u;

function placeOf(cursor: string | undefined): string | undefined {
  const place = decodeCursor('control-actions', cursor);
  if (place !== undefined && !PLACE.test(place)) {
    throw invalidField('cursor', 'is not a cursor for this list');
  }
  return place;
}
