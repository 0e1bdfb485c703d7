import type { Call, OrganizationCall } from '../../domain/access/caller.ts';
import { canonicalText } from '../../domain/audit/canonical-text.ts';
import type { PromptTemplate, TemplateContent } from '../../domain/prompts/templates/template.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { PromptTemplateStore } from '../../tables/prompt-templates.ts';
import { contentDigest } from '../content-digest.ts';
import { notFound } from '../errors.ts';

type Deps = { templates: PromptTemplateStore; audit: Pick<AuditLog, 'change'> };

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
      const which = version === undefined ? name : `${name} with version ${version}`;
      throw notFound(`Template ${which} was not found.`);
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
        const { before, after, writes } = await templates.addition(
          organizationId,
          name,
          (stored) => ({ ...content, name, version: (stored?.version ?? 0) + 1, atMs: nowMs }),
        );
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
  };
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
