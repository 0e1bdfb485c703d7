import {
  type PromptTemplate,
  TEMPLATE_ROLES,
  VARIABLE_TYPES,
} from '../domain/prompts/templates/template.ts';
import { list, number, optional, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, PutWrite } from './dynamodb.ts';
import { replacementOf } from './replacement.ts';

/**
 * Templates of prompts: each version once, and the latest one of each name again. Access patterns: the
 * latest version of a name; one version; the names of an organization in order; add a version.
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

const { name: table } = promptTemplatesTable;

/** Names contain no `#`, so no name's key is another's. */
const latestKey = (organizationId: string, name: string) => ({
  organizationId,
  templateKey: `latest#${name}`,
});
const versionKey = (organizationId: string, name: string, version: number) => ({
  organizationId,
  templateKey: `version#${name}#${String(version).padStart(9, '0')}`,
});

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

    /**
     * The writes that add a version.
     * @param next builds it from the latest one
     */
    async addition(
      organizationId: string,
      name: string,
      next: (before: PromptTemplate | undefined) => PromptTemplate,
    ): Promise<{ before: PromptTemplate | undefined; after: PromptTemplate; writes: PutWrite[] }> {
      const key = latestKey(organizationId, name);
      const { before: item, write } = await replacementOf(db, table, key, (stored) =>
        promptTemplateCodec.encode(next(stored && promptTemplateCodec.decode(stored))),
      );
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
      return { before, after, writes: [write, version] };
    },
  };
}
