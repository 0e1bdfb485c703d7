import type { AiRequest } from '../../contracts/ai-request.ts';
import type { TemplateUse } from '../../contracts/template-use.ts';
import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { JsonObject } from '../../domain/gateway/wire-format.ts';
import { conversePrompt } from '../../domain/prompts/templates/converse-prompt.ts';
import { renderTemplate } from '../../domain/prompts/templates/render-template.ts';
import type { PromptTemplate, TemplateMessage } from '../../domain/prompts/templates/template.ts';
import type { PromptTemplateStore } from '../../tables/prompt-templates.ts';
import { invalidField, invalidFields } from '../errors.ts';
import { createMemory } from '../memory.ts';

const TEMPLATES_REMEMBERED = 500;
/** A change is in force everywhere within this. */
const KEPT_MS = 2_000;

export type TemplateReader = ReturnType<typeof createTemplateReader>;

/** Reads the templates that requests name, and remembers them for two seconds. */
export function createTemplateReader({
  templates,
  now,
}: {
  templates: Pick<PromptTemplateStore, 'get'>;
  now: () => number;
}) {
  const memory = createMemory<PromptTemplate>({
    most: TEMPLATES_REMEMBERED,
    keptMs: KEPT_MS,
    now,
  });
  return async (
    { organizationId }: Pick<OrganizationCall, 'organizationId'>,
    { name, version }: Pick<TemplateUse, 'name' | 'version'>,
  ): Promise<PromptTemplate | undefined> => {
    const key = JSON.stringify([organizationId, name, version]);
    const remembered = memory.get(key);
    if (remembered) return remembered;
    const template = await templates.get(organizationId, name, version);
    if (template) memory.set(key, template);
    return template;
  };
}

export type TemplateDeps = { templateOf: TemplateReader };

/**
 * An AI request with the prompt that its template makes, if it names one.
 * @throws ServiceError `invalid-request` naming the template, version or variable that is wrong
 */
export async function templatedRequest(
  deps: TemplateDeps,
  call: OrganizationCall,
  { template: use, ...request }: AiRequest & { template?: TemplateUse | undefined },
): Promise<AiRequest> {
  if (!use) return request;
  const { messages, operation } = await promptOf(deps, call, { use, path: '' }, request);
  return { ...request, operation, messages };
}

type CallWithPayer = { payer: { operation?: string | undefined }; body: JsonObject };

/**
 * The same for a call of a model, by a body of Bedrock Converse.
 * @param path where the request is in what was sent, such as `request.`
 * @throws the same
 */
export async function templatedCall<Sent extends CallWithPayer>(
  deps: TemplateDeps,
  call: OrganizationCall,
  sent: Sent,
  { use, path = '' }: { use: TemplateUse | undefined; path?: string },
): Promise<Sent> {
  if (!use) return sent;
  const { messages, operation } = await promptOf(deps, call, { use, path }, sent.payer);
  return {
    ...sent,
    payer: { ...sent.payer, operation },
    body: { ...sent.body, ...conversePrompt(messages) },
  };
}

async function promptOf(
  { templateOf }: TemplateDeps,
  call: OrganizationCall,
  { use, path }: { use: TemplateUse; path: string },
  { operation }: { operation?: string | undefined },
): Promise<{ messages: TemplateMessage[]; operation: string }> {
  const { name, version, variables } = use;
  if (operation !== undefined && operation !== name) {
    throw invalidField(`${path}operation`, "is the template's name, so leave it out with template");
  }
  const template = await templateOf(call, use);
  if (!template && version === undefined) {
    throw invalidField(`${path}template.name`, `is no template here: ${name}`);
  }
  if (!template) {
    throw invalidField(`${path}template.version`, `is no version of the template ${name}`);
  }
  return { messages: renderedMessages(template, variables, `${path}template.`), operation: name };
}

/**
 * The messages that a template makes.
 * @param path where the request has its variables
 * @throws ServiceError `invalid-request` naming each variable that is wrong
 */
export function renderedMessages(
  template: PromptTemplate,
  variables: ReadonlyMap<string, unknown>,
  path = '',
): TemplateMessage[] {
  const rendering = renderTemplate(template, variables);
  if (rendering.ok) return rendering.messages;
  throw invalidFields(
    rendering.faults.map(({ variable, message }) => ({
      field: `${path}variables.${variable}`,
      message,
    })),
  );
}
