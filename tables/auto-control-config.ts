import type { OrganizationCall } from '../domain/access/caller.ts';
import type { ControlState } from '../domain/controls/control.ts';
import { type Restriction, THROTTLE_TIERS } from '../domain/controls/restriction.ts';
import { LEVEL_NAMES, WATCHED_PERIODS } from '../domain/controls/thresholds.ts';
import { COUNT_UNITS } from '../domain/ledger/counts.ts';
import type { ControlChanges } from '../domain/controls/control-changes.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import { SEVERITIES } from '../domain/severity.ts';
import { autoControlConfigTable, controlledScope, scopeText } from './auto-control-table.ts';
import { controlChangesKey, controlChangesPut, parseControlChanges } from './control-changes.ts';
import { additionOfAction, type TakenAction } from './control-actions.ts';
import {
  list,
  mapped,
  money,
  named,
  number,
  numbers,
  optional,
  present,
  text,
  words,
} from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { anyScope } from './codec/scope.ts';
import type { DynamoDb, Item, Query, TransactionWrite } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { readMany } from './read-many.ts';
import { secondsAfter } from './time-to-live.ts';

const restriction = mapped(
  fields({
    action: words(['throttle', 'disable', 'shutdown']),
    tier: optional(numbers(THROTTLE_TIERS)),
    spares: optional(words(SEVERITIES)),
  }),
  ({ action, tier, spares }): Restriction =>
    action === 'throttle'
      ? { action, tier: present('tier', tier), ...(spares ? { spares } : {}) }
      : { action },
  (value: Restriction) => value,
);

/** Named when only money was limited. */
const limitMembers = {
  limit: named('limitNanoUsd', money),
  unit: optional(words(COUNT_UNITS)),
};
const reachedLevel = { period: words(WATCHED_PERIODS), ...limitMembers, untilMs: number };

const control = fields({
  scope: anyScope,
  scopeId: text,
  spelling: optional(text),
  restriction,
  origin: words(['automatic', 'manual']),
  actor: text,
  reason: text,
  cause: optional(
    fields({
      level: words(LEVEL_NAMES),
      period: words(WATCHED_PERIODS),
      periodKey: text,
      spent: named('spentNanoUsd', money),
      ...limitMembers,
    }),
  ),
  reached: optional(list(fields(reachedLevel))),
  appliedAtMs: number,
  changedAtMs: number,
  expiresAtMs: optional(number),
});

/** The controls of one scope. */
export const controlsCodec = itemCodec(autoControlConfigTable, 'controls', {
  organizationId: named('pk', text),
  ref: named('sk', controlledScope),
  automatic: optional(control),
  manual: optional(control),
  dismissed: optional(
    fields({
      strength: number,
      untilMs: number,
      levels: optional(list(fields({ ...reachedLevel, strength: number }))),
    }),
  ),
  correctedUntilMs: optional(number),
  version: number,
});

/** The stored controls of a scope; `version` is 0 before the first control. */
export type StoredControls = ScopeRef & { state: ControlState; version: number };

/** The same, with what a change needs to note itself. */
export type ChangeableControls = StoredControls & { changes: ControlChanges };

const WATCHED = 'control';
const MINUTE_MS = 60_000;
const COUNTS_KEPT_S = 3_600;

export type ControlStore = ReturnType<typeof createControlStore>;

export const createControlStore = (db: DynamoDb) => ({
  ...controlsOfScopes(db),
  ...controlChanges(db),
  ...controlLists(db),
});

/** Reads the controls of scopes. */
function controlsOfScopes(db: DynamoDb) {
  return {
    /** The controls of an organization's scopes, in the order requested. */
    async getMany(
      organizationId: string,
      scopes: readonly ScopeRef[],
      { consistent = false }: { consistent?: boolean } = {},
    ): Promise<StoredControls[]> {
      const keys = scopes.map((scope) => keyOf(organizationId, scope));
      const items = await readMany(db, autoControlConfigTable.name, keys, { consistent });
      return scopes.map(({ scope, scopeId }, position) =>
        parse({ scope, scopeId }, items[position]),
      );
    },

    /** Which controls of an organization changed last. */
    async lastChanges(organizationId: string): Promise<ControlChanges> {
      const keys = [controlChangesKey(organizationId)];
      const options = { consistent: true };
      const [item] = await readMany(db, autoControlConfigTable.name, keys, options);
      return parseControlChanges(item);
    },
  };
}

/** Changes the controls of scopes. */
function controlChanges(db: DynamoDb) {
  return {
    /** The controls of one scope, to change them. */
    async getToChange(
      organizationId: string,
      { scope, scopeId }: ScopeRef,
    ): Promise<ChangeableControls> {
      const table = autoControlConfigTable.name;
      const keys = [keyOf(organizationId, { scope, scopeId }), controlChangesKey(organizationId)];
      const [own, changes] = await readMany(db, table, keys, { consistent: true });
      return { ...parse({ scope, scopeId }, own), changes: parseControlChanges(changes) };
    },

    /**
     * The writes that replace a scope's controls and note the change, unless they or others of the
     * organization changed since they were read, and that add the action, if there is one.
     */
    changeWrites(
      { organizationId, nowMs }: OrganizationCall,
      { scope, scopeId, version, changes }: ChangeableControls,
      next: ControlState,
      action: TakenAction | undefined,
    ): TransactionWrite[] {
      const mayEnd = next.automatic !== undefined || next.manual?.expiresAtMs !== undefined;
      const isEnded = next.automatic === undefined && next.manual === undefined;
      const put: TransactionWrite = {
        kind: 'put',
        table: autoControlConfigTable.name,
        item: {
          ...controlsCodec.encode({
            organizationId,
            ref: { scope, scopeId },
            ...next,
            // Also increases with time, so that an item that was removed and recreated gets a
            // different version.
            version: Math.max(nowMs, version + 1),
          }),
          ...(mayEnd ? { watched: WATCHED } : {}),
          ...(isEnded ? { expiresAtS: secondsAfter(rememberedUntilMs(next, nowMs)) } : {}),
        },
        condition: version === 0 ? 'attribute_not_exists(pk)' : '#version = :version',
        ...(version === 0
          ? {}
          : { names: { '#version': 'version' }, values: { ':version': version } }),
      };
      const note = controlChangesPut(organizationId, changes, { scope, scopeId });
      return [put, note, ...(action ? [additionOfAction(action)] : [])];
    },
  };
}

/** Lists controls, and counts the requests that they admit. */
function controlLists(db: DynamoDb) {
  const readAll = (query: Pick<Query, 'index' | 'condition' | 'consistent'>, value: string) =>
    queryAll(db, { ...query, table: autoControlConfigTable.name, values: { ':value': value } });

  return {
    /** Every controlled scope of an organization, in order of scope. */
    async listByOrganization(
      organizationId: string,
      { consistent = false }: { consistent?: boolean } = {},
    ): Promise<StoredControls[]> {
      const items = await readAll({ condition: 'pk = :value', consistent }, organizationId);
      return items.map((item) => {
        const { organizationId: _, ...controls } = parseOwn(item);
        return controls;
      });
    },

    /** Every scope, across organizations, with a control that may end automatically. */
    async listWatched(): Promise<(StoredControls & { organizationId: string })[]> {
      const items = await readAll({ index: 'watched', condition: 'watched = :value' }, WATCHED);
      return items.map(parseOwn);
    },

    /**
     * Counts a request of a scope in this minute. Returns `false` if `limit` requests were already
     * counted.
     */
    async countRequest(
      organizationId: string,
      { scope, scopeId }: ScopeRef,
      limit: number,
      nowMs: number,
    ): Promise<boolean> {
      const minute = Math.floor(nowMs / MINUTE_MS);
      const result = await db.write({
        kind: 'update',
        table: autoControlConfigTable.name,
        key: { pk: `${organizationId}#admitted`, sk: `${scope}#${scopeId}#${minute}` },
        update: 'SET #expiresAtS = :expiresAtS ADD #admitted :one',
        condition: 'attribute_not_exists(#admitted) OR #admitted < :limit',
        names: { '#admitted': 'admitted', '#expiresAtS': 'expiresAtS' },
        values: { ':one': 1, ':limit': limit, ':expiresAtS': secondsAfter(nowMs) + COUNTS_KEPT_S },
      });
      return result.ok;
    },
  };
}

/** A state without controls is kept for as long as it affects the next one. */
const rememberedUntilMs = ({ dismissed, correctedUntilMs }: ControlState, nowMs: number): number =>
  Math.max(
    dismissed?.untilMs ?? nowMs,
    correctedUntilMs ?? nowMs,
    ...(dismissed?.levels ?? []).map(({ untilMs }) => untilMs),
  );

const keyOf = (organizationId: string, { scope, scopeId }: ScopeRef) => ({
  pk: organizationId,
  sk: scopeText({ scope, scopeId }),
});

function parse(ref: ScopeRef, item: Item | undefined): StoredControls {
  if (!item) return { ...ref, state: {}, version: 0 };
  const { scope, scopeId, state, version } = parseOwn(item);
  return { scope, scopeId, state, version };
}

function parseOwn(item: Item): StoredControls & { organizationId: string } {
  const { organizationId, ref, version, ...state } = controlsCodec.decode(item);
  return { organizationId, ...ref, state, version };
}
