import type { Entry } from '../../domain/ledger/entry.ts';
import type { Item, PutWrite, UpdateWrite } from '../dynamodb.ts';
import type { EntryShards } from '../../domain/ledger/entry-shards.ts';
import * as items from './entry-items.ts';
import type { EntryStorage } from './entry-storage.ts';
import { ledgerTable } from './table.ts';

/** Replaces an open entry that no wallet holds yet with another offer for the same request. */
export const entryReplacement = (entry: Entry, storage: EntryStorage): PutWrite => ({
  ...entryPut(entry, storage),
  condition: 'ver = :one AND st = :reserved',
  values: { ':one': 1, ':reserved': 'reserved' },
});

/** Puts an entry that does not exist yet. */
export const entryPut = (entry: Entry, storage: EntryStorage): PutWrite => ({
  kind: 'put',
  table: ledgerTable.name,
  item: items.entryItem(entry, storage),
  condition: 'attribute_not_exists(pk)',
});

/** The attributes that a change of state or settlement may set. */
const CHANGING = [
  'st',
  'ver',
  'chg',
  'dsp',
  'dev',
  'sky',
  'dvo',
  'dva',
  'mdl',
  'cls',
  'use',
  'sdg',
  'lat',
  'q',
  'cor',
  'prc',
  'rpt',
  'pb',
  'unr',
  'dlv',
  'trm',
  'sav',
  'ans',
] as const;

/** Updates an entry to its next version, if it is still at the previous one. */
export function entryUpdate(spread: EntryShards, before: Entry, after: Entry): UpdateWrite {
  const item: Item = { ...items.entryCodec.encode(after), ...items.disputeIndexOf(after) };
  const isMoved = before.balances.join(' ') !== after.balances.join(' ');
  const isRenamed = before.given?.model !== after.given?.model;
  const changing = [
    ...CHANGING,
    ...(isMoved ? (['bal', 'n'] as const) : []),
    ...(isRenamed ? (['gvn'] as const) : []),
  ];
  const sets = changing.flatMap((name) => {
    const attribute = item[name];
    return attribute === undefined ? [] : [[name, attribute] as const];
  });
  const isResolved = before.disputedAtMs !== undefined && after.disputedAtMs === undefined;
  const removed = [
    ...(isResolved ? ['dsp', 'dvo', 'dva'] : []),
    ...(isRenamed && after.given === undefined ? ['gvn'] : []),
  ];
  return {
    kind: 'update',
    table: ledgerTable.name,
    key: items.entryKey(spread, after),
    update:
      `SET ${sets.map(([name]) => `#${name} = :${name}`).join(', ')}` +
      (removed.length > 0 ? ` REMOVE ${removed.join(', ')}` : ''),
    condition: '#ver = :before',
    names: Object.fromEntries(sets.map(([name]) => [`#${name}`, name])),
    values: {
      ':before': before.version,
      ...Object.fromEntries(sets.map(([name, attribute]) => [`:${name}`, attribute])),
    },
  };
}

/**
 * The same for a change that decides how an open entry ends. It expires only if the end that was
 * read is still the end.
 */
export function entryDecision(spread: EntryShards, before: Entry, after: Entry): UpdateWrite {
  const update = entryUpdate(spread, before, after);
  if (before.state !== 'reserved' || after.state !== 'expired') return update;
  return {
    ...update,
    condition: `${update.condition} AND exp = :end`,
    values: { ...update.values, ':end': before.expiresAtMs ?? 0 },
  };
}

/** Moves the end of an entry that is still as it was read. */
export const entryExtension = (
  spread: EntryShards,
  before: Entry,
  expiresAtMs: number,
): UpdateWrite => ({
  kind: 'update',
  table: ledgerTable.name,
  key: items.entryKey(spread, before),
  update: 'SET exp = :end, lst = :yes',
  condition: 'ver = :before AND exp = :was',
  values: {
    ':end': expiresAtMs,
    ':yes': true,
    ':before': before.version,
    ':was': before.expiresAtMs ?? 0,
  },
});
