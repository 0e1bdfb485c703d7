import { CONTROL_CHANGES, type ControlChange } from '../domain/controls/control.ts';
import { CONTROL_ACTIONS, type ControlAction } from '../domain/controls/thresholds.ts';
import type { ScopeRef, SpelledScope } from '../domain/scopes.ts';
import { number, optional, orElse, plain, text, words } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { anyScope } from './codec/scope.ts';
import { defineTable } from './definition.ts';
import type { Attribute, DynamoDb, Key, PutWrite } from './dynamodb.ts';

/**
 * Actions taken on scopes: who, when, why. Access patterns: add an action once; an organization's
 * actions, newest first.
 */
export const controlActionsTable = defineTable({
  name: 'control-actions',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'actionId', type: 'S' },
  indexes: [
    {
      name: 'byTime',
      partitionKey: { name: 'organizationId', type: 'S' },
      sortKey: { name: 'timeKey', type: 'S' },
      projection: 'ALL',
    },
  ],
});

export type TakenAction = SpelledScope & {
  organizationId: string;
  /** Unique within its scope. Repeating an action gives the same id. */
  actionId: string;
  /** Set for actions on a control, not for breaches. */
  controlId?: string | undefined;
  change?: ControlChange['change'] | undefined;
  /** The action that was taken. */
  action: ControlAction;
  /** The action that the threshold is configured for. */
  configuredAction: ControlAction;
  /** `monitor`, or the id of the key that requested it. */
  actor: string;
  reason: string;
  evidence: Attribute;
  atMs: number;
};

export const actionCodec = itemCodec(controlActionsTable, 'action', {
  organizationId: text,
  scope: anyScope,
  scopeId: text,
  spelling: optional(text),
  actionId: text,
  controlId: optional(text),
  change: optional(words(CONTROL_CHANGES)),
  action: words(CONTROL_ACTIONS),
  configuredAction: words(CONTROL_ACTIONS),
  actor: text,
  reason: text,
  evidence: orElse(plain<Attribute>(), null),
  atMs: number,
});

/** The write that adds an action. Its condition fails if the action exists. */
export const additionOfAction = (action: TakenAction): PutWrite => ({
  kind: 'put',
  table: controlActionsTable.name,
  item: {
    ...actionCodec.encode(action),
    pk: partitionOf(action.organizationId, action),
    timeKey: `${new Date(action.atMs).toISOString()}#${action.scope}#${action.scopeId}#${action.actionId}`,
  },
  condition: 'attribute_not_exists(pk)',
});

export type ControlActionStore = ReturnType<typeof createControlActionStore>;

export function createControlActionStore(db: DynamoDb) {
  return {
    /** An organization's actions, newest first. `after` is the previous page's `next`. */
    async listByTime(
      organizationId: string,
      page: { limit: number; after?: string | undefined },
    ): Promise<{ actions: TakenAction[]; next?: string | undefined }> {
      const { items, nextKey } = await db.query({
        table: controlActionsTable.name,
        index: 'byTime',
        condition: 'organizationId = :organizationId',
        values: { ':organizationId': organizationId },
        descending: true,
        limit: page.limit,
        startKey: page.after === undefined ? undefined : startKeyOf(organizationId, page.after),
      });
      return {
        actions: items.map((item) => actionCodec.decode(item)),
        next: nextKey === undefined ? undefined : String(nextKey['timeKey']),
      };
    },
  };
}

const partitionOf = (organizationId: string, { scope, scopeId }: ScopeRef): string =>
  [organizationId, scope, scopeId].join('#');

function startKeyOf(organizationId: string, timeKey: string): Key {
  const [, scope = '', scopeId = '', ...actionId] = timeKey.split('#');
  return {
    organizationId,
    timeKey,
    pk: [organizationId, scope, scopeId].join('#'),
    actionId: actionId.join('#'),
  };
}
