/** What a variable takes. */
export const VARIABLE_TYPES = ['string', 'integer', 'number', 'boolean', 'enum'] as const;
export type VariableType = (typeof VARIABLE_TYPES)[number];

export type TemplateVariable = {
  name: string;
  type: VariableType;
  /** The most characters of a string. */
  maxLength?: number | undefined;
  /** Bounds of a number. */
  minimum?: number | undefined;
  maximum?: number | undefined;
  /** The values of an enum. */
  values?: readonly string[] | undefined;
};

export const TEMPLATE_ROLES = ['system', 'user', 'assistant'] as const;
export type TemplateMessage = { role: (typeof TEMPLATE_ROLES)[number]; content: string };

/** What one version of a template says. A lone prompt is one message of a user. */
export type TemplateContent = {
  form: 'prompt' | 'messages';
  messages: readonly TemplateMessage[];
  variables: readonly TemplateVariable[];
};

/** One version of a template, which never changes. */
export type PromptTemplate = TemplateContent & { name: string; version: number; atMs: number };

/** A part of a template's text: what stays, or the name of a variable. */
export type TemplatePart = { text: string } | { variable: string };

/** Names end quickly, so that no text makes this slow. */
const PLACE = /\{\{ {0,3}([A-Za-z][A-Za-z0-9_]{0,63}) {0,3}\}\}/g;

/** Divides a template's text at its variables: `Hello {{guest}}`. */
export function partsOf(text: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let at = 0;
  for (const { index, 0: place, 1: variable = '' } of text.matchAll(PLACE)) {
    if (index > at) parts.push({ text: text.slice(at, index) });
    parts.push({ variable });
    at = index + place.length;
  }
  return at < text.length ? [...parts, { text: text.slice(at) }] : parts;
}

/** The names of the variables in a text. */
export const variablesIn = (text: string): string[] =>
  partsOf(text).flatMap((part) => ('variable' in part ? part.variable : []));

/** A text of the same length in which the places of variables look like words. */
export const maskedText = (text: string): string =>
  text.replace(PLACE, (place) => 'x'.repeat(place.length));
