import { type DisplayName, scopeKey } from '../domain/naming/display-name.ts';
import { canonicalScope, type Scope, type ScopeRef } from '../domain/scopes.ts';
import { text } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { anyScope } from './codec/scope.ts';
import { defineTable } from './definition.ts';
import type { DeleteWrite, DynamoDb } from './dynamodb.ts';
import { type Fingerprint, fingerprintKeyOf, fingerprintsOf } from './fingerprint.ts';
import { readMany } from './read-many.ts';
import { removalOf, type Replacement, replacementOf } from './replacement.ts';

/**
 * What people call scopes, by their canonical ids. Access patterns: the names of some scopes; those
 * of an organization, or of one kind of scope in it, in order of ids; replace or remove one.
 */
export const displayNamesTable = defineTable({
  name: 'display-names',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'scopeKey', type: 'S' },
});

export const displayNameCodec = itemCodec(displayNamesTable, 'display name', {
  scope: anyScope,
  scopeId: text,
  displayName: text,
});

type Page = { limit: number; after?: string | undefined; scope?: Scope | undefined };

export type DisplayNameStore = ReturnType<typeof createDisplayNameStore>;

const { name: table } = displayNamesTable;

const keyOf = (organizationId: string, ref: ScopeRef) => ({
  organizationId,
  scopeKey: scopeKey(ref),
});

export const createDisplayNameStore = (db: DynamoDb) => ({ ...reads(db), ...changes(db) });

function reads(db: DynamoDb) {
  return {
    /** The names of scopes, in their order. */
    async getMany(
      organizationId: string,
      refs: readonly ScopeRef[],
    ): Promise<(string | undefined)[]> {
      const items = await readMany(
        db,
        table,
        refs.map((ref) => keyOf(organizationId, ref)),
      );
      return items.map((item) => item && displayNameCodec.decode(item).displayName);
    },

    /** One page of names after a key. `next` is the key of its last one, if there are more. */
    async list(
      organizationId: string,
      { limit, after, scope }: Page,
    ): Promise<{ names: DisplayName[]; next?: string | undefined }> {
      const [first, last] = scope === undefined ? [' ', '~'] : [`${scope}#`, `${scope}$`];
      const answer = await db.query({
        table,
        condition: 'organizationId = :organization AND scopeKey BETWEEN :after AND :last',
        // U+0000 makes it later than the key of the last page.
        values: {
          ':organization': organizationId,
          ':after': after === undefined ? first : `${after}\u0000`,
          ':last': last,
        },
        limit,
        consistent: true,
      });
      const names = answer.items.map((item) => displayNameCodec.decode(item));
      const end = names.at(-1);
      return { names, next: answer.nextKey && end && scopeKey(end) };
    },
  };
}

function changes(db: DynamoDb) {
  return {
    /** The name as stored, and the write that replaces it. */
    async replacement(
      organizationId: string,
      name: DisplayName,
    ): Promise<Replacement<DisplayName> & { fingerprint: Fingerprint }> {
      const { before, write } = await replacementOf(
        db,
        table,
        keyOf(organizationId, name),
        (was) => ({
          ...displayNameCodec.encode({ ...name, ...canonicalScope(name) }),
          ...fingerprintKeyOf(was),
        }),
      );
      return {
        before: before && displayNameCodec.decode(before),
        write,
        fingerprint: fingerprintsOf(write.item),
      };
    },

    /** The name as stored, and the write that removes it; `undefined` if the scope has none. */
    async removal(
      organizationId: string,
      ref: ScopeRef,
    ): Promise<{ before: DisplayName; write: DeleteWrite; fingerprint: Fingerprint } | undefined> {
      const removal = await removalOf(db, table, keyOf(organizationId, ref));
      return (
        removal && {
          before: displayNameCodec.decode(removal.before),
          write: removal.write,
          fingerprint: fingerprintsOf(removal.before),
        }
      );
    },
  };
}
