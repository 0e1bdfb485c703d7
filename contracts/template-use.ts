import * as z from 'zod';
import { ownValue } from '../domain/own-value.ts';
import { identifier } from './fields.ts';

/** The most variables of a template. */
export const MAX_VARIABLES = 50;
/** The largest number of a variable, and its bounds. */
export const MAX_NUMBER = Number.MAX_SAFE_INTEGER - 1;

export const variableName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, 'must be letters, digits and _, at most 64')
  .meta({ example: 'guest' });

const value = z.union([
  z.string().max(1_000_000),
  z.number().min(-MAX_NUMBER).max(MAX_NUMBER),
  z.boolean(),
]);

/** Values of a template's variables, by name. */
export const variableValues = z
  .record(variableName, value)
  .refine(
    (values) => Object.keys(values).length <= MAX_VARIABLES,
    `must be at most ${MAX_VARIABLES}`,
  )
  .meta({ maxProperties: MAX_VARIABLES })
  .default({})
  .transform((values) => new Map(Object.entries(values)));

export const templateVersion = z
  .int()
  .min(1)
  .max(999_999_999)
  .optional()
  .meta({ description: 'Default: the latest' });

/** The template that a request's prompt is made from. */
export const templateUse = z
  .strictObject({
    name: identifier,
    version: templateVersion,
    variables: variableValues,
  })
  .meta({
    description:
      "Instead of a prompt: a template (PUT /v1/prompts/templates/{name}) and its variables. The request's operation is the template's name",
  });
export type TemplateUse = z.output<typeof templateUse>;

const TEXTS = ['prompt', 'messages', 'inputTokens'] as const;

/** Refuses what says the prompt a second time. */
export function refuseBesideTemplate(
  request: Record<string, unknown>,
  context: z.core.$RefinementCtx,
): void {
  if (request['template'] === undefined) return;
  const isList = Array.isArray(request['system']);
  const others = TEXTS.filter((name) => ownValue(request, name) !== undefined);
  for (const name of [...others, ...(isList ? ['system'] : [])]) {
    context.addIssue({ code: 'custom', path: [name], message: 'cannot be combined with template' });
  }
}
