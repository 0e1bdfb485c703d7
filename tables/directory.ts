import type { DirectoryUser } from '../domain/members/directory.ts';
import { list, text } from './codec/attributes.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DeleteWrite, DynamoDb } from './dynamodb.ts';
import { removalOf, type Replacement, replacementOf } from './replacement.ts';

/**
 * The departments of users, by canonical ids; nothing else is kept of a person. Access patterns: one
 * user; the users of an organization in order of their ids; replace or remove one.
 */
export const directoryTable = defineTable({
  name: 'directory',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'userId', type: 'S' },
});

export const directoryUserCodec = itemCodec(directoryTable, 'user', {
  userId: text,
  departments: list(text),
});

export type DirectoryStore = ReturnType<typeof createDirectoryStore>;

export function createDirectoryStore(db: DynamoDb) {
  const table = directoryTable.name;
  return {
    async get(organizationId: string, userId: string): Promise<DirectoryUser | undefined> {
      const item = await db.get({ table, key: { organizationId, userId }, consistent: true });
      return item && directoryUserCodec.decode(item);
    },

    /** One page of users after one of them. */
    async list(
      organizationId: string,
      page: { limit: number; after?: string | undefined },
    ): Promise<{ users: DirectoryUser[]; next?: string | undefined }> {
      const answer = await db.query({
        table,
        condition: 'organizationId = :organization AND userId > :after',
        values: { ':organization': organizationId, ':after': page.after ?? ' ' },
        limit: page.limit,
        consistent: true,
      });
      const users = answer.items.map((item) => directoryUserCodec.decode(item));
      return { users, next: answer.nextKey && users.at(-1)?.userId };
    },

    /** The user as stored, and the write that replaces it. */
    async replacement(
      organizationId: string,
      user: DirectoryUser,
    ): Promise<Replacement<DirectoryUser>> {
      const key = { organizationId, userId: user.userId };
      const item = directoryUserCodec.encode(user);
      const { before, write } = await replacementOf(db, table, key, () => item);
      return { before: before && directoryUserCodec.decode(before), write };
    },

    /** The user as stored, and the write that removes it; `undefined` if it is not there. */
    async removal(
      organizationId: string,
      userId: string,
    ): Promise<{ before: DirectoryUser; write: DeleteWrite } | undefined> {
      const removal = await removalOf(db, table, { organizationId, userId });
      return removal && { ...removal, before: directoryUserCodec.decode(removal.before) };
    },
  };
}
