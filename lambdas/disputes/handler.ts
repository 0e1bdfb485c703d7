import { decodeCursor, encodeCursor } from '../../contracts/cursor.ts';
import {
  disputeRoutes as routes,
  conductViewOf,
  disputeViewOf,
  resolutionViewOf,
} from '../../contracts/disputes.ts';
import type { Call, Caller } from '../../domain/access/caller.ts';
import type { Resolution } from '../../domain/ledger/resolve-dispute.ts';
import { invalidField } from '../../services/errors.ts';
import type { CorrectDeps } from '../../services/reservations/correct-cost.ts';
import {
  clearConduct,
  findDisputed,
  noDispute,
  resolveDispute,
} from '../../services/reservations/resolve-dispute.ts';
import type { ConductStore } from '../../tables/ledger/conduct.ts';
import type { DisputeStore } from '../../tables/ledger/disputes.ts';
import { disputeIdOf } from '../../tables/ledger/entry-items.ts';
import { requireRecord } from '../edge/access.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

type Deps = Edge & CorrectDeps & { disputes: DisputeStore; conduct: ConductStore };

/** Where a page ended: when a dispute began, and its ID. */
const POSITION = /^\d{4}-\d\d-\d\dT[\d:.]{12}Z#[\w.-]+$/;

/** Disputed costs, and the conduct of keys. */
export function createHandler(deps: Deps) {
  async function resolved(
    how: Resolution,
    disputeId: string,
    { caller, call, reason }: { caller: Caller; call: Call; reason: string },
  ) {
    const entry = await findDisputed(deps, caller.organizationId, disputeId);
    requireRecord(caller, entry, noDispute);
    const correction = await resolveDispute(deps, call, disputeId, { how, reason });
    return { status: 200 as const, body: resolutionViewOf(disputeId, correction) };
  }

  return createHttpHandler(deps, [
    endpoint(routes.listDisputes, async ({ query, caller }) => {
      const { kind, keyId, limit, cursor } = query;
      const after = decodeCursor('disputes', cursor);
      if (after !== undefined && !POSITION.test(after)) {
        throw invalidField('cursor', 'is not a cursor for this list');
      }
      const page = { kind, keyId, limit, after };
      const { entries, next } = await deps.disputes.list(caller.organizationId, page);
      const items = entries.map((entry) => disputeViewOf(disputeIdOf(entry), entry));
      return { status: 200, body: { items, nextCursor: encodeCursor('disputes', next) } };
    }),

    endpoint(routes.confirmDispute, ({ params, body, caller, call }) =>
      resolved('confirm', params.id, { caller, call, reason: body.reason }),
    ),

    endpoint(routes.rejectDispute, ({ params, body, caller, call }) =>
      resolved('reject', params.id, { caller, call, reason: body.reason }),
    ),

    endpoint(routes.getConduct, async ({ params: { keyId }, caller }) => {
      const conduct = await deps.conduct.get(caller.organizationId, keyId);
      return { status: 200, body: conductViewOf(keyId, conduct) };
    }),

    endpoint(routes.clearConduct, async ({ params: { keyId }, body, call }) => {
      await clearConduct(deps, call, { keyId, reason: body.reason });
      const conduct = await deps.conduct.get(call.organizationId, keyId);
      return { status: 200, body: conductViewOf(keyId, conduct) };
    }),
  ]);
}
