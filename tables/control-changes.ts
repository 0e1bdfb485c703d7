import type { ControlChanges } from '../domain/controls/control-changes.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import { autoControlConfigTable, controlledScope } from './auto-control-table.ts';
import { list, number } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import type { Item, Key, PutWrite } from './dynamodb.ts';

/** A read of the item costs one unit while it is below 4 KB. */
const MOST_BYTES = 3_500;

export const controlChangesCodec = itemCodec(autoControlConfigTable, 'control changes', {
  version: number,
  scopes: list(controlledScope),
});

/** One small item for each organization, outside the partition of its controls. */
export const controlChangesKey = (organizationId: string): Key => ({
  pk: `${organizationId}#changes`,
  sk: 'latest',
});

export const parseControlChanges = (item: Item | undefined): ControlChanges =>
  item ? controlChangesCodec.decode(item) : { version: 0, scopes: [] };

/** Notes one more change. Its condition fails if there was another since the last were read. */
export function controlChangesPut(
  organizationId: string,
  { version, scopes }: ControlChanges,
  { scope, scopeId }: ScopeRef,
): PutWrite {
  return {
    kind: 'put',
    table: autoControlConfigTable.name,
    item: {
      ...controlChangesKey(organizationId),
      ...controlChangesCodec.encode({
        version: version + 1,
        scopes: lastWithin(MOST_BYTES, [...scopes, { scope, scopeId }]),
      }),
    },
    condition: version === 0 ? 'attribute_not_exists(pk)' : '#version = :version',
    ...(version === 0 ? {} : { names: { '#version': 'version' }, values: { ':version': version } }),
  };
}

function lastWithin(mostBytes: number, scopes: readonly ScopeRef[]): ScopeRef[] {
  let bytes = 0;
  const first = scopes.findLastIndex(({ scope, scopeId }) => {
    bytes += Buffer.byteLength(`${scope}#${scopeId}`) + 2;
    return bytes > mostBytes;
  });
  return scopes.slice(first + 1);
}
