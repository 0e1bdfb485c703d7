import type { OrganizationCall } from '../domain/access/caller.ts';
import type { Control, ControlState, Dismissal } from '../domain/controls/control.ts';
import type { Restriction, ThrottleTier } from '../domain/controls/restriction.ts';
import type { LevelName, WatchedPeriod } from '../domain/controls/thresholds.ts';
import type { SpendCause } from '../domain/controls/wanted-restriction.ts';
import type { Scope, ScopeRef } from '../domain/scopes.ts';
import type { Severity } from '../domain/severity.ts';
import { additionOfAction, type TakenAction } from './control-actions.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item, TransactionWrite } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { readMany } from './read-many.ts';

/**
 * The controls that scopes are under, one item per scope, and how many requests tier 2 admitted in a
 * minute. Access patterns: the controls of the scopes of a request; change those of a scope together
 * with the action that says so, unless somebody else did; the controlled scopes of an organization;
 * those of all organizations that may end by themselves (sparse: `watched`); count a request.
 */
export const autoControlConfigTable = defineTable({
  name: 'auto-control-config',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
  indexes: [
    {
      name: 'watched',
      partitionKey: { name: 'watched', type: 'S' },
      sortKey: { name: 'pk', type: 'S' },
      projection: 'ALL',
    },
  ],
  timeToLiveAttribute: 'expiresAtS',
});

/** What is stored of a scope; `version` is 0 where nothing is. */
export type StoredControls = ScopeRef & { state: ControlState; version: number };

const WATCHED = 'control';
const MINUTE_MS = 60_000;
const COUNTS_KEPT_S = 3_600;

export type ControlStore = ReturnType<typeof createControlStore>;

export function createControlStore(db: DynamoDb) {
  const readAll = (query: { index?: string; condition: string; value: string }) =>
    queryAll(db, {
      table: autoControlConfigTable.name,
      ...(query.index === undefined ? {} : { index: query.index }),
      condition: query.condition,
      values: { ':value': query.value },
    });

  return {
    /** The controls of scopes of one organization, in the order asked for. */
    async getMany(
      organizationId: string,
      scopes: readonly ScopeRef[],
      { consistent = false }: { consistent?: boolean } = {},
    ): Promise<StoredControls[]> {
      const keys = scopes.map((scope) => keyOf(organizationId, scope));
      const items = await readMany(db, autoControlConfigTable.name, keys, { consistent });
      return scopes.map(({ scope, scopeId }, position) => ({
        scope,
        scopeId,
        ...parse(items[position]),
      }));
    },

    /**
     * The writes that replace the controls of a scope if nobody has since they were read, and add the
     * action if there is one to tell of.
     */
    changeWrites(
      { organizationId, nowMs }: OrganizationCall,
      { scope, scopeId, version }: StoredControls,
      next: ControlState,
      action: TakenAction | undefined,
    ): TransactionWrite[] {
      const mayEnd = next.automatic !== undefined || next.manual?.expiresAtMs !== undefined;
      const isEnded = next.automatic === undefined && next.manual === undefined;
      const put: TransactionWrite = {
        kind: 'put',
        table: autoControlConfigTable.name,
        item: {
          ...keyOf(organizationId, { scope, scopeId }),
          ...(next.automatic ? { automatic: stored(next.automatic) } : {}),
          ...(next.manual ? { manual: stored(next.manual) } : {}),
          ...(next.dismissed ? { dismissed: { ...next.dismissed } } : {}),
          ...(mayEnd ? { watched: WATCHED } : {}),
          ...(next.correctedUntilMs === undefined
            ? {}
            : { correctedUntilMs: next.correctedUntilMs }),
          ...(isEnded ? { expiresAtS: secondsOf(rememberedUntilMs(next, nowMs)) } : {}),
          // Rises with time too, so that an item that was removed does not come back as it was.
          version: Math.max(nowMs, version + 1),
        },
        condition: version === 0 ? 'attribute_not_exists(pk)' : '#version = :version',
        ...(version === 0
          ? {}
          : { names: { '#version': 'version' }, values: { ':version': version } }),
      };
      return [put, ...(action ? [additionOfAction(action)] : [])];
    },

    /** Every scope of an organization that has a control, in order of scope. */
    async listByOrganization(organizationId: string): Promise<StoredControls[]> {
      const items = await readAll({ condition: 'pk = :value', value: organizationId });
      return items.map((item) => ({ ...scopeOf(item), ...parse(item) }));
    },

    /** Every scope of every organization with a control that may end by itself. */
    async listWatched(): Promise<(StoredControls & { organizationId: string })[]> {
      const items = await readAll({
        index: 'watched',
        condition: 'watched = :value',
        value: WATCHED,
      });
      return items.map((item) => ({
        organizationId: String(item['pk']),
        ...scopeOf(item),
        ...parse(item),
      }));
    },

    /** Counts a request of a scope in this minute; `false` when `limit` were counted already. */
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
        values: { ':one': 1, ':limit': limit, ':expiresAtS': secondsOf(nowMs) + COUNTS_KEPT_S },
      });
      return result.ok;
    },
  };
}

/** A state without any control is kept as long as it says how the next one goes. */
const rememberedUntilMs = ({ dismissed, correctedUntilMs }: ControlState, nowMs: number): number =>
  Math.max(dismissed?.untilMs ?? nowMs, correctedUntilMs ?? nowMs);

const secondsOf = (instantMs: number): number => Math.floor(instantMs / 1_000);

const keyOf = (organizationId: string, { scope, scopeId }: ScopeRef) => ({
  pk: organizationId,
  sk: `${scope}#${scopeId}`,
});

function scopeOf(item: Item): ScopeRef {
  const [scope, ...scopeId] = String(item['sk']).split('#');
  return { scope: scope as Scope, scopeId: scopeId.join('#') };
}

const stored = ({ restriction, cause, ...control }: Control): Item => ({
  ...control,
  restriction: { ...restriction },
  ...(cause ? { cause: { ...cause } } : {}),
});

function parse(item: Item | undefined): Omit<StoredControls, keyof ScopeRef> {
  if (!item) return { state: {}, version: 0 };
  const dismissed = item['dismissed'] as Item | undefined;
  return {
    state: {
      automatic: parseControl(item['automatic'] as Item | undefined),
      manual: parseControl(item['manual'] as Item | undefined),
      dismissed: dismissed && parseDismissal(dismissed),
      ...(item['correctedUntilMs'] === undefined
        ? {}
        : { correctedUntilMs: Number(item['correctedUntilMs']) }),
    },
    version: Number(item['version']),
  };
}

const parseDismissal = (item: Item): Dismissal => ({
  strength: Number(item['strength']),
  untilMs: Number(item['untilMs']),
});

function parseControl(item: Item | undefined): Control | undefined {
  if (!item) return undefined;
  const cause = item['cause'] as Item | undefined;
  const { restriction, expiresAtMs } = item;
  return {
    scope: item['scope'] as Scope,
    scopeId: String(item['scopeId']),
    spelling: item['spelling'] as string | undefined,
    restriction: parseRestriction(restriction as Item),
    origin: item['origin'] as Control['origin'],
    actor: String(item['actor']),
    reason: String(item['reason']),
    cause: cause && parseCause(cause),
    appliedAtMs: Number(item['appliedAtMs']),
    changedAtMs: Number(item['changedAtMs']),
    expiresAtMs: expiresAtMs === undefined ? undefined : Number(expiresAtMs),
  };
}

function parseRestriction(item: Item): Restriction {
  const action = item['action'] as Restriction['action'];
  if (action !== 'throttle') return { action };
  const spares = item['spares'] as Severity | undefined;
  const tier = Number(item['tier']) as ThrottleTier;
  return { action, tier, ...(spares ? { spares } : {}) };
}

const parseCause = (item: Item): SpendCause => ({
  level: item['level'] as LevelName,
  period: item['period'] as WatchedPeriod,
  periodKey: String(item['periodKey']),
  spentNanoUsd: item['spentNanoUsd'] as bigint,
  limitNanoUsd: item['limitNanoUsd'] as bigint,
});
