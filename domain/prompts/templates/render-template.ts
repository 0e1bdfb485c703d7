import {
  partsOf,
  type TemplateContent,
  type TemplateMessage,
  type TemplateVariable,
} from './template.ts';

/** The longest string of a variable that sets no limit of its own. */
export const DEFAULT_MAX_LENGTH = 10_000;

/** `faults` name variables that are missing, not known, or do not fit. */
export type Rendering =
  | { ok: true; messages: TemplateMessage[] }
  | { ok: false; faults: { variable: string; message: string }[] };

/**
 * Puts values in the places of a template. A value is text, whatever it contains: it is never read as
 * a template.
 */
export function renderTemplate(
  { messages, variables }: TemplateContent,
  values: ReadonlyMap<string, unknown>,
): Rendering {
  const names = new Set(variables.map(({ name }) => name));
  const faults = [
    ...variables.flatMap((variable) => {
      const message = faultOf(variable, values.get(variable.name));
      return message === undefined ? [] : [{ variable: variable.name, message }];
    }),
    ...[...values.keys()]
      .filter((name) => !names.has(name))
      .map((name) => ({ variable: name, message: 'is no variable of this template' })),
  ];
  if (faults.length > 0) return { ok: false, faults };
  return {
    ok: true,
    messages: messages.map(({ role, content }) => ({
      role,
      content: partsOf(content)
        .map((part) => ('text' in part ? part.text : String(values.get(part.variable))))
        .join(''),
    })),
  };
}

function faultOf(variable: TemplateVariable, value: unknown): string | undefined {
  if (value === undefined) return 'is missing';
  switch (variable.type) {
    case 'string': {
      const { maxLength = DEFAULT_MAX_LENGTH } = variable;
      if (typeof value !== 'string') return 'must be a string';
      return value.length > maxLength ? `must have at most ${maxLength} characters` : undefined;
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'enum': {
      const { values = [] } = variable;
      const isListed = typeof value === 'string' && values.includes(value);
      return isListed ? undefined : `must be one of ${values.join(', ')}`;
    }
    case 'integer':
    case 'number':
      return numberFault(variable, value);
  }
}

function numberFault(
  { type, minimum = -Infinity, maximum = Infinity }: TemplateVariable,
  value: unknown,
): string | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'must be a number';
  if (type === 'integer' && !Number.isSafeInteger(value)) return 'must be a whole number';
  if (value < minimum) return `must be at least ${minimum}`;
  return value > maximum ? `must be at most ${maximum}` : undefined;
}
