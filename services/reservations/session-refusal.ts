import type { SessionOwner } from '../../domain/ledger/budget.ts';
import type { CallerLimits } from '../../domain/access/caller.ts';
import { refusalOf } from '../../domain/access/policy.ts';
import type { FieldError } from '../errors.ts';

/**
 * Why a credential may not spend in a session: one that is limited to some principals uses only their
 * sessions, so that it neither sees nor drains the budgets of others.
 */
export const sessionRefusal = (
  limits: CallerLimits,
  owner: SessionOwner | undefined,
): FieldError | undefined =>
  owner && refusalOf(limits, { kind: 'principals', principals: owner })
    ? {
        field: 'sessionId',
        message: 'belongs to a session that these credentials may not use; send an id of your own',
      }
    : undefined;
