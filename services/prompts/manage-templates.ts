import type { Call, OrganizationCall } from '../../domain/access/caller.ts';
import { canonicalText } from '../../domain/audit/canonical-text.ts';
import type { PromptTemplate, TemplateContent } from '../../domain/prompts/templates/template.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { PromptTemplateStore } from '../../tables/prompt-templates.ts';
import { contentDigest } from '../content-digest.ts';
import { notFound, type ServiceError } from '../errors.ts';

type Deps = { templates: PromptTemplateStore; audit: Pick<AuditLog, 'change'> };

/** What was deleted, and which version is the latest now, if one is left. */
export type RemovedTemplate = {
  name: string;
  deletedVersions: readonly number[];
  latestVersion: number | undefined;
};

export type TemplateManager = ReturnType<typeof createTemplateManager>;

/** Manages templates of prompts. Audits every version. */
export function createTemplateManager({ templates, audit }: Deps) {
  return {
    list: (organizationId: string, page: Parameters<typeof templates.list>[1]) =>
      templates.list(organizationId, page),

    /** @throws ServiceError `not-found` if there is no such template or version */
    async get(
      { organizationId }: OrganizationCall,
      name: string,
      version?: number,
    ): Promise<PromptTemplate> {
      const template = await templates.get(organizationId, name, version);
      if (template) return template;
      throw notStored(name, version);
    },

    /** Adds a version, unless the latest one says the same. */
    async put(
      { organizationId, actor, nowMs }: Call,
      name: string,
      content: TemplateContent,
    ): Promise<PromptTemplate> {
      const latest = await templates.get(organizationId, name);
      if (latest && sameContent(latest, content)) return latest;
      let template: PromptTemplate | undefined;
      await audit.change(async () => {
        const { before, after, writes } = await templates.addition(organizationId, name, {
          ...content,
          atMs: nowMs,
        });
        template = after;
        const entry = {
          organizationId,
          actor,
          action: 'prompt-template.put',
          target: name,
          ...(before ? { before: auditFacts(before) } : {}),
          after: auditFacts(after),
          atMs: nowMs,
        };
        return { entries: [entry], writes };
      });
      if (!template) throw new Error('a change is built before it is written');
      return template;
    },

    remove: (call: Call, name: string, version?: number): Promise<RemovedTemplate> =>
      removeTemplate({ templates, audit }, call, name, version),
  };
}

/**
 * Deletes a version, or all of them. Very many go in parts, the oldest first, each with its audit entry,
 * so that a repeat completes what was not finished.
 * @throws ServiceError `not-found` if there is no such template or version
 */
async function removeTemplate(
  { templates, audit }: Deps,
  { organizationId, actor, nowMs }: Call,
  name: string,
  version: number | undefined,
): Promise<RemovedTemplate> {
  const deletedVersions: number[] = [];
  for (;;) {
    const { versions, after } = await audit.change(async () => {
      const removal = await templates.removal(organizationId, name, version);
      if (!removal) throw notStored(name, version);
      const entry = {
        organizationId,
        actor,
        action: 'prompt-template.delete',
        target: name,
        before: auditFacts(removal.before),
        ...(removal.after
          ? { after: { ...auditFacts(removal.after), deletedVersions: [...removal.versions] } }
          : {}),
        atMs: nowMs,
      };
      return { ...removal, entries: [entry] };
    });
    deletedVersions.push(...versions);
    if (version !== undefined || !after) {
      return { name, deletedVersions, latestVersion: after?.version };
    }
  }
}

function notStored(name: string, version: number | undefined): ServiceError {
  const which = version === undefined ? name : `${name} with version ${version}`;
  return notFound(`Template ${which} was not found.`);
}

const contentOf = ({ form, messages, variables }: TemplateContent) => ({
  form,
  messages: messages.map(({ role, content }) => ({ role, content })),
  variables: variables.map((variable) => ({ ...variable })),
});

const sameContent = (one: TemplateContent, other: TemplateContent): boolean =>
  canonicalText(contentOf(one)) === canonicalText(contentOf(other));

/** The text may be long, so its digest stands for it. The version keeps it. */
const auditFacts = (template: PromptTemplate) => ({
  version: template.version,
  textDigest: contentDigest(contentOf(template).messages),
  variables: template.variables.map(({ values, ...variable }) => ({
    ...variable,
    ...(values === undefined ? {} : { values: [...values] }),
  })),
});
