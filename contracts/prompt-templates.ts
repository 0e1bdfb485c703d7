import * as z from 'zod';
import type { Role } from '../domain/access/caller.ts';
import type { CacheOrder } from '../domain/prompts/templates/cache-order.ts';
import {
  type PromptTemplate,
  TEMPLATE_ROLES,
  type TemplateContent,
  VARIABLE_TYPES,
  variablesIn,
} from '../domain/prompts/templates/template.ts';
import {
  identifier,
  instantText,
  modelName,
  pageCursor,
  pageLimit,
  tokenCount,
  usdText,
} from './fields.ts';
import { defineRoute } from './route.ts';
import {
  MAX_NUMBER,
  MAX_VARIABLES,
  templateVersion,
  variableName,
  variableValues,
} from './template-use.ts';

const MAX_CHARACTERS = 60_000;
const MAX_MESSAGES = 50;
const MAX_VALUES = 100;
/** The model whose tokens a template is counted with where none is named. */
export const TEMPLATE_MODEL = 'anthropic.claude-sonnet-4-6';

const wellFormed = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_CHARACTERS, `must have at most ${MAX_CHARACTERS} characters`)
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');
const bound = z.number().min(-MAX_NUMBER).max(MAX_NUMBER).optional();
const variable = z
  .strictObject({
    name: variableName,
    type: z.enum(VARIABLE_TYPES),
    maxLength: z.int().min(1).max(1_000_000).optional().meta({
      description: 'The most characters of a string. Default: 10000',
    }),
    minimum: bound,
    maximum: bound,
    values: z.array(z.string().min(1).max(200)).min(1).max(MAX_VALUES).optional(),
  })
  .superRefine(({ type, maxLength, minimum, maximum, values }, context) => {
    const wrong = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    const isNumber = type === 'integer' || type === 'number';
    if (maxLength !== undefined && type !== 'string') wrong('maxLength', 'is for a string');
    if (minimum !== undefined && !isNumber) wrong('minimum', 'is for a number');
    if (maximum !== undefined && !isNumber) wrong('maximum', 'is for a number');
    if ((values === undefined) === (type === 'enum')) {
      wrong('values', type === 'enum' ? 'is missing' : 'is for an enum');
    }
    if (minimum !== undefined && maximum !== undefined && minimum > maximum) {
      wrong('maximum', 'must be at least minimum');
    }
  });

const message = z.strictObject({ role: z.enum(TEMPLATE_ROLES), content: wellFormed });

export const putTemplateBody = z
  .strictObject({
    prompt: wellFormed.optional().meta({ description: 'Places of variables are {{name}}' }),
    messages: z.array(message).min(1).max(MAX_MESSAGES).optional(),
    variables: z.array(variable).max(MAX_VARIABLES).default([]),
  })
  .superRefine(({ prompt, messages = [], variables }, context) => {
    const wrong = (path: (string | number)[], text: string): void =>
      context.addIssue({ code: 'custom', path, message: text });
    if ((prompt === undefined) === (messages.length === 0)) {
      wrong(
        ['prompt'],
        prompt === undefined ? 'is missing; or send messages' : 'send it, or messages',
      );
    }
    const texts = [
      ...(prompt === undefined ? [] : [prompt]),
      ...messages.map((each) => each.content),
    ];
    if (texts.reduce((sum, { length }) => sum + length, 0) > MAX_CHARACTERS) {
      wrong(['messages'], `must have at most ${MAX_CHARACTERS} characters together`);
    }
    const names = variables.map(({ name }) => name);
    const used = new Set(texts.flatMap(variablesIn));
    names.forEach((name, at) => {
      if (names.indexOf(name) < at) wrong(['variables', at, 'name'], 'is listed twice');
      else if (!used.has(name)) wrong(['variables', at, 'name'], 'has no place in the text');
    });
    for (const name of used) {
      if (!names.includes(name))
        wrong(['variables'], `lack ${name}, which has a place in the text`);
    }
  })
  .transform(({ prompt, messages, variables }): TemplateContent => ({
    form: prompt === undefined ? 'messages' : 'prompt',
    messages: messages ?? [{ role: 'user', content: prompt ?? '' }],
    variables,
  }))
  .meta({ id: 'PromptTemplateInput' });

const messageView = z.object({ role: z.enum(TEMPLATE_ROLES), content: z.string() });
const textView = { prompt: z.string().optional(), messages: z.array(messageView).optional() };

const templateView = z
  .object({
    name: z.string(),
    version: z.int().meta({ description: 'From 1. A version never changes' }),
    createdAt: instantText.meta({ description: 'When this version was added' }),
    ...textView,
    variables: z.array(
      z.object({
        name: z.string(),
        type: z.enum(VARIABLE_TYPES),
        maxLength: z.int().optional(),
        minimum: z.number().optional(),
        maximum: z.number().optional(),
        values: z.array(z.string()).optional(),
      }),
    ),
    cache: z.object({
      prefixTokens: tokenCount.meta({
        description: 'Tokens before the first variable, which a provider can cache',
      }),
      lostPrefixTokens: tokenCount.meta({
        description: 'Tokens of stable paragraphs that come after a variable and could come before',
      }),
      firstVariable: z.string().optional(),
      reordered: z.object(textView).optional().meta({
        description: 'The template with stable paragraphs first. Check that it says the same',
      }),
    }),
  })
  .meta({ id: 'PromptTemplate' });

export const renderTemplateBody = z
  .strictObject({
    variables: variableValues,
    version: templateVersion,
    model: modelName
      .default(TEMPLATE_MODEL)
      .meta({ description: 'For which tokens and costs are told' }),
    maxOutputTokens: tokenCount.min(1, 'must be at least 1').optional(),
  })
  .meta({ id: 'RenderTemplateInput' });

const renderedView = z
  .object({
    name: z.string(),
    version: z.int(),
    ...textView,
    operation: z.string().meta({
      description:
        "The template's name: send it as the request's operation, and reports group by it",
    }),
    model: z.string(),
    inputTokens: tokenCount,
    expectedCostUsd: usdText,
    upperBoundUsd: usdText,
  })
  .meta({ id: 'RenderedTemplate' });

const templatePath = z.strictObject({ name: identifier });
const versionPath = z.strictObject({
  name: identifier,
  version: z
    .string()
    .regex(/^[1-9][0-9]{0,8}$/, 'must be a whole number from 1')
    .transform(Number),
});
const removedView = z
  .object({
    name: z.string(),
    deletedVersions: z.array(z.int()).meta({ description: 'Their numbers are not used again' }),
    latestVersion: z.int().optional().meta({ description: 'Absent: no version is left' }),
  })
  .meta({ id: 'RemovedPromptTemplate' });
const removal = {
  method: 'DELETE' as const,
  idempotencyKey: 'remembered' as const,
  roles: ['operator', 'admin'] as Role[],
  access: { subject: 'organization' as const },
  problems: ['not-found' as const],
  responses: { 200: { description: 'What was deleted', schema: removedView } },
};
const readers: Role[] = ['viewer', 'caller', 'operator', 'admin'];

export const promptTemplateRoutes = {
  listPromptTemplates: defineRoute({
    method: 'GET',
    path: '/v1/prompts/templates',
    summary: 'Templates of prompts in their latest version, in order of names',
    roles: readers,
    access: { subject: 'none' },
    query: z.strictObject({ limit: pageLimit, cursor: pageCursor }),
    responses: {
      200: {
        description: 'A page of templates',
        schema: z.object({ items: z.array(templateView), nextCursor: z.string().optional() }),
      },
    },
  }),
  getPromptTemplate: defineRoute({
    method: 'GET',
    path: '/v1/prompts/templates/{name}',
    summary: 'The latest version of a template',
    roles: readers,
    access: { subject: 'none' },
    params: templatePath,
    problems: ['not-found'],
    responses: { 200: { description: 'The template', schema: templateView } },
  }),
  getPromptTemplateVersion: defineRoute({
    method: 'GET',
    path: '/v1/prompts/templates/{name}/versions/{version}',
    summary: 'A version of a template, as it always was',
    roles: readers,
    access: { subject: 'none' },
    params: versionPath,
    problems: ['not-found'],
    responses: { 200: { description: 'The version', schema: templateView } },
  }),
  putPromptTemplate: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/prompts/templates/{name}',
    summary: 'Add a version of a template, and say how much of it providers can cache',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    params: templatePath,
    body: putTemplateBody,
    maxBodyBytes: 512 * 1024,
    responses: {
      200: {
        description: 'The new version, or the latest one if it says the same',
        schema: templateView,
      },
    },
  }),
  deletePromptTemplate: defineRoute({
    ...removal,
    path: '/v1/prompts/templates/{name}',
    summary: 'Delete a template with all of its versions; its costs stay in reports',
    params: templatePath,
  }),
  deletePromptTemplateVersion: defineRoute({
    ...removal,
    path: '/v1/prompts/templates/{name}/versions/{version}',
    summary: 'Delete a version; if it was the latest, the one before it is the latest again',
    params: versionPath,
  }),
  renderPromptTemplate: defineRoute({
    method: 'POST',
    path: '/v1/prompts/templates/{name}/render',
    summary: 'A prompt from a template, with its tokens and its expected cost',
    roles: readers,
    access: { subject: 'none' },
    params: templatePath,
    body: renderTemplateBody,
    maxBodyBytes: 1024 * 1024,
    problems: ['not-found', 'unknown-price'],
    responses: { 200: { description: 'The prompt', schema: renderedView } },
  }),
};

/** A template's text in the form in which it was given. */
export const templateTextOf = (
  form: TemplateContent['form'],
  messages: TemplateContent['messages'],
): Pick<z.output<typeof templateView>, 'prompt' | 'messages'> =>
  form === 'prompt'
    ? { prompt: messages[0]?.content ?? '' }
    : { messages: messages.map((each) => ({ ...each })) };

/** The API's view of a version of a template. */
export const templateViewOf = (
  { name, version, atMs, form, messages, variables }: PromptTemplate,
  { reordered, ...cache }: CacheOrder,
): z.output<typeof templateView> => ({
  name,
  version,
  createdAt: new Date(atMs).toISOString(),
  ...templateTextOf(form, messages),
  variables: variables.map(({ values, ...each }) => ({
    ...each,
    ...(values === undefined ? {} : { values: [...values] }),
  })),
  cache: {
    ...cache,
    ...(reordered === undefined ? {} : { reordered: templateTextOf(form, reordered) }),
  },
});
