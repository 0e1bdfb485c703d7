import { createHash } from 'node:crypto';
import { quarterOf } from '../../domain/reporting/aggregates.ts';
import {
  addHours,
  type DayAddition,
  type DaySumKey,
  type HoursOfDay,
} from '../../domain/reporting/day-additions.ts';
import { isSpelled } from '../../domain/reporting/dimensions.ts';
import { asMap } from '../codec/attributes.ts';
import type { Attribute, Item, UpdateWrite } from '../dynamodb.ts';
import { secondsAfter } from '../time-to-live.ts';
import { changeKeyOf, isOfScope, keyOf } from './keys.ts';
import { type OpenPosting, type StoredSum, tokenAnalyticsTable, writtenSum } from './table.ts';

/** Sessions are many, so their sums end this long after their last posting; others are kept. */
const SESSION_KEPT_DAYS = 400;
const DIGEST_BYTES = 12;

/** The key of a day's sum. */
export const sumKey = ({ day, shard, ...key }: DaySumKey) =>
  keyOf({ ...key, granularity: 'daily', bucket: day }, shard);

/** A short digest of a posting's position, by which sums name it. */
export const digestOf = (position: string): string =>
  createHash('sha256').update(position).digest().subarray(0, DIGEST_BYTES).toString('base64url');

/** The digests of open postings that a sum includes. */
export function digestsIn(stored: StoredSum | undefined): string[] {
  const bytes = Buffer.from(stored?.openDigests ?? []);
  return Array.from({ length: bytes.length / DIGEST_BYTES }, (_, index) =>
    bytes.subarray(index * DIGEST_BYTES, (index + 1) * DIGEST_BYTES).toString('base64url'),
  );
}

/** What a sum names after a write: the open postings of an organization, or digests of them. */
export type Names = { openPostings: readonly OpenPosting[] } | { openDigests: readonly string[] };

/** The write that adds to a sum, unless the sum changed since it was read. */
export function additionWrite(
  key: DaySumKey,
  stored: StoredSum | undefined,
  { additions, names, nowMs }: { additions: readonly DayAddition[]; names: Names; nowMs: number },
): UpdateWrite {
  const latest = additions.reduce((all, addition) => ({ ...all, ...addition.latest }), {});
  const spelling = additions.at(-1)?.latest.spelling;
  const hours = additions.reduce(
    (sum, addition) => addHours(sum, addition.hours),
    stored?.hours ?? (new Map() satisfies HoursOfDay),
  );
  return replacement(sumKey(key), stored, {
    ...asMap(writtenSum.encode({ ...latest, hours, version: 0 })),
    ...storedNames(names),
    // The latest posting may use the canonical spelling again.
    ...(isSpelled(key.dimension) ? { spelling } : {}),
    ...upkeepOf(key, nowMs),
  });
}

/** When a sum changed, which the monitor goes by, and when it ends. */
export const upkeepOf = (
  key: Pick<DaySumKey, 'organizationId' | 'dimension' | 'value'>,
  nowMs: number,
): Item => ({
  ...(isOfScope(key) ? { changedIn: changeKeyOf(key, quarterOf(nowMs)) } : {}),
  ...(key.dimension === 'session' ? { expiresAtS: secondsAfter(nowMs, SESSION_KEPT_DAYS) } : {}),
});

/** The write that replaces the names in a sum, unless the sum changed since this version. */
export const namesWrite = (key: DaySumKey, version: number, names: Names): UpdateWrite =>
  replacement(sumKey(key), { version }, storedNames(names));

/** The write that replaces attributes of a sum, unless the sum changed since it was read. */
export function replacement(
  key: { pk: string; sk: string },
  stored: Pick<StoredSum, 'version'> | undefined,
  attributes: Item,
): UpdateWrite {
  const before = stored?.version ?? 0;
  const pairs = Object.entries<Attribute | undefined>({ ...attributes, ver: before + 1 });
  const sets = pairs.filter((pair): pair is [string, Attribute] => pair[1] !== undefined);
  const removed = pairs.flatMap(([name, value]) => (value === undefined ? [name] : []));
  return {
    kind: 'update',
    table: tokenAnalyticsTable.name,
    key,
    update:
      `SET ${sets.map(([name]) => `#${name} = :${name}`).join(', ')}` +
      (removed.length === 0 ? '' : ` REMOVE ${removed.map((name) => `#${name}`).join(', ')}`),
    condition: before === 0 ? 'attribute_not_exists(#ver)' : '#ver = :before',
    names: Object.fromEntries(pairs.map(([name]) => [`#${name}`, name])),
    values: {
      ...Object.fromEntries(sets.map(([name, value]) => [`:${name}`, value])),
      ...(before === 0 ? {} : { ':before': before }),
    },
  };
}

/** Empty lists are removed. */
function storedNames(names: Names): Item {
  if ('openPostings' in names) {
    const { openPostings } = names;
    const { open } = asMap(writtenSum.encode({ version: 0, openPostings }));
    return { open: openPostings.length === 0 ? undefined : open };
  }
  const bytes = Buffer.concat(names.openDigests.map((text) => Buffer.from(text, 'base64url')));
  return { opd: bytes.length === 0 ? undefined : new Uint8Array(bytes) };
}
