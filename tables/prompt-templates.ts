import {
  type PromptTemplate,
  type TemplateContent,
  TEMPLATE_ROLES,
  VARIABLE_TYPES,
} from '../domain/prompts/templates/template.ts';
import { list, number, optional, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item, PutWrite, TransactionWrite } from './dynamodb.ts';
import { changeOf, replacementOf } from './replacement.ts';

/**
 * Templates of prompts: each version once, and the latest one of each name again; of names with deleted
 * versions the highest of these, so that no number is used again. Access patterns: the latest version of a
 * name; one version; the names of an organization in order; add a version; delete versions.
 */
export const promptTemplatesTable = defineTable({
  name: 'prompt-templates',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'templateKey', type: 'S' },
});

export const promptTemplateCodec = itemCodec(promptTemplatesTable, 'template', {
  name: text,
  version: number,
  atMs: number,
  form: words(['prompt', 'messages']),
  messages: list(fields({ role: words(TEMPLATE_ROLES), content: text })),
  variables: list(
    fields({
      name: text,
      type: words(VARIABLE_TYPES),
      maxLength: optional(number),
      minimum: optional(number),
      maximum: optional(number),
      values: optional(list(text)),
    }),
  ),
});

/** The highest deleted version of a name. */
export const deletedVersionsCodec = itemCodec(promptTemplatesTable, 'deleted versions', {
  version: number,
});

const { name: table } = promptTemplatesTable;
/** With the audit entry, a transaction has at most 100 writes. */
const MOST_DELETED = 50;

/** Names contain no `#`, so no name's key is another's. */
const latestKey = (organizationId: string, name: string) => ({
  organizationId,
  templateKey: `latest#${name}`,
});
const deletedKey = (organizationId: string, name: string) => ({
  organizationId,
  templateKey: `deleted#${name}`,
});
const versionKey = (organizationId: string, name: string, version: number) => ({
  organizationId,
  templateKey: `version#${name}#${String(version).padStart(9, '0')}`,
});

type Addition = {
  before: PromptTemplate | undefined;
  after: PromptTemplate;
  writes: TransactionWrite[];
};

/** What a removal deletes, and the latest version before and after it, if one is left. */
type Removal = {
  versions: readonly number[];
  before: PromptTemplate;
  after: PromptTemplate | undefined;
  writes: TransactionWrite[];
};

export type PromptTemplateStore = ReturnType<typeof createPromptTemplateStore>;

export function createPromptTemplateStore(db: DynamoDb) {
  return {
    /** A version of a template, or the latest one. */
    async get(
      organizationId: string,
      name: string,
      version?: number,
    ): Promise<PromptTemplate | undefined> {
      const key =
        version === undefined
          ? latestKey(organizationId, name)
          : versionKey(organizationId, name, version);
      const item = await db.get({ table, key, consistent: true });
      return item && promptTemplateCodec.decode(item);
    },

    /** One page of the latest versions, in order of names. `next` is the last name, if there are more. */
    async list(
      organizationId: string,
      { limit, after }: { limit: number; after?: string | undefined },
    ): Promise<{ templates: PromptTemplate[]; next?: string | undefined }> {
      const { items, nextKey } = await db.query({
        table,
        condition: 'organizationId = :organization AND templateKey BETWEEN :after AND :last',
        values: {
          ':organization': organizationId,
          // U+0000 makes it later than the key of the last page.
          ':after': after === undefined ? 'latest#' : `latest#${after}\u0000`,
          ':last': 'latest$',
        },
        limit,
        consistent: true,
      });
      const templates = items.map((item) => promptTemplateCodec.decode(item));
      return { templates, next: nextKey && templates.at(-1)?.name };
    },

    addition: (organizationId: string, name: string, content: NewVersion): Promise<Addition> =>
      additionTo(db, { organizationId, name }, content),

    removal: (organizationId: string, name: string, version?: number) =>
      removalFrom(db, { organizationId, name, version }),
  };
}

type Named = { organizationId: string; name: string };
type NewVersion = TemplateContent & { atMs: number };

/** The writes that add a version. */
async function additionTo(
  db: DynamoDb,
  { organizationId, name }: Named,
  { atMs, ...content }: NewVersion,
): Promise<Addition> {
  const deleted = await changeOf(db, table, deletedKey(organizationId, name), (item) => item);
  const highest = deleted.before ? deletedVersionsCodec.decode(deleted.before).version : 0;
  const key = latestKey(organizationId, name);
  const { before: item, write } = await replacementOf(db, table, key, (stored) => {
    const latest = stored ? promptTemplateCodec.decode(stored).version : 0;
    const version = Math.max(latest, highest) + 1;
    return promptTemplateCodec.encode({ ...content, name, version, atMs });
  });
  const before = item && promptTemplateCodec.decode(item);
  const after = promptTemplateCodec.decode(write.item);
  const version: PutWrite = {
    kind: 'put',
    table,
    item: {
      ...promptTemplateCodec.encode(after),
      ...versionKey(organizationId, name, after.version),
    },
    condition: 'attribute_not_exists(organizationId)',
  };
  return { before, after, writes: [write, version, deleted.write] };
}

/**
 * The writes that delete a version, or the oldest versions of a template, as many as fit together.
 * @returns `undefined` if there is nothing to delete
 */
async function removalFrom(
  db: DynamoDb,
  named: Named & { version?: number | undefined },
): Promise<Removal | undefined> {
  const { organizationId, name, version } = named;
  const key = latestKey(organizationId, name);
  const stored = await db.get({ table, key, consistent: true });
  if (!stored) return undefined;
  const before = promptTemplateCodec.decode(stored);
  const { version: latest } = before;
  const range = { from: version ?? 1, to: version ?? latest };
  const items = await versionsOf(db, named, { ...range, limit: MOST_DELETED });
  const versions = items.map((item) => promptTemplateCodec.decode(item).version);
  const [oldest] = versions;
  if (oldest === undefined) return undefined;
  const losesLatest = versions.includes(latest);
  const below = { from: 0, to: oldest - 1, limit: 1, descending: true };
  const next = losesLatest ? (await versionsOf(db, named, below))[0] : stored;
  // Written also if it stays, so that of two removals at a time one sees the other.
  const change = await changeOf(db, table, key, () => next);
  const isSame = change.before && promptTemplateCodec.decode(change.before).version === latest;
  if (!isSame) return removalFrom(db, named);
  const deletions = versions.map((each) => ({
    kind: 'delete' as const,
    table,
    key: versionKey(organizationId, name, each),
    condition: 'attribute_exists(organizationId)',
  }));
  const marker: PutWrite = {
    kind: 'put',
    table,
    item: {
      ...deletedVersionsCodec.encode({ version: latest }),
      ...deletedKey(organizationId, name),
    },
  };
  return {
    versions,
    before,
    after: next && promptTemplateCodec.decode(next),
    writes: [...deletions, change.write, ...(losesLatest ? [marker] : [])],
  };
}

/** The versions of a name in a range, the oldest first if not `descending`. */
async function versionsOf(
  db: DynamoDb,
  { organizationId, name }: Named,
  {
    from,
    to,
    limit,
    descending = false,
  }: { from: number; to: number; limit: number; descending?: boolean },
): Promise<Item[]> {
  const { items } = await db.query({
    table,
    condition: 'organizationId = :organization AND templateKey BETWEEN :from AND :to',
    values: {
      ':organization': organizationId,
      ':from': versionKey(organizationId, name, from).templateKey,
      ':to': versionKey(organizationId, name, to).templateKey,
    },
    consistent: true,
    descending,
    limit,
  });
  return items;
}
