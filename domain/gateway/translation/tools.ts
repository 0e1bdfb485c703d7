import { isClaude } from '../../provider-usage/model-family.ts';
import type { JsonObject } from '../wire-format.ts';
import { compact, isBlank, nameAt, objectAt, optional, refuse } from './reading.ts';
import { cacheOf, cachePointOf, type PartOf, type Turn } from './turn.ts';

/** A tool that the client runs. `isCustom`: its input is a text instead of an object. */
export type ClientTool = {
  name: string;
  description: string | undefined;
  /** A JSON schema of the input; absent for a tool without parameters. */
  schema: JsonObject | undefined;
  isStrict: boolean;
  isCustom: boolean;
  cache: PartOf<'cache'>[];
};

/** `tool` has the name of the only tool that may be called. */
export type ToolChoice =
  { kind: 'auto' } | { kind: 'any' } | { kind: 'none' } | { kind: 'tool'; name: string };

export type ToolWishes = {
  tools: readonly ClientTool[];
  choice: ToolChoice | undefined;
  /** Whether the model may call several tools at once. */
  isParallel: boolean;
};

/** What a request says of tools. `note` tells the model what Converse has no field for. */
export type ToolParts = {
  toolConfig?: JsonObject;
  additional: JsonObject;
  note?: string;
};

const NO_CALLS = 'Do not call any tool now. Answer in text.';

/**
 * The tools of a request. A conversation with calls needs its tools even if the client sends none;
 * then they are described by the calls.
 * @throws BadFieldError if a call is required and there is no tool
 */
export function toolPartsOf(
  { tools, choice, isParallel }: ToolWishes,
  turns: readonly Turn[],
  model: string,
): ToolParts {
  if (tools.length === 0 && (choice?.kind === 'any' || choice?.kind === 'tool')) {
    return refuse('tool_choice', 'requires a call, but there are no tools');
  }
  const called = calledTools(turns);
  if (choice?.kind === 'none' && called.length === 0) return { additional: {} };
  const offered = tools.length > 0 ? tools : called;
  if (offered.length === 0) return { additional: {} };
  const specs = offered.flatMap((tool) => [specOf(tool, model), ...tool.cache.map(cachePointOf)]);
  const isNone = choice?.kind === 'none' || tools.length === 0;
  if (isClaude(model) && (isNone || !isParallel)) {
    return {
      toolConfig: { tools: specs },
      additional: { tool_choice: claudeChoiceOf(isNone ? { kind: 'none' } : choice) },
    };
  }
  const toolChoice = isNone ? undefined : choiceOf(choice);
  return {
    toolConfig: { tools: specs, ...(toolChoice ? { toolChoice } : {}) },
    additional: isParallel || isNone ? {} : { parallel_tool_calls: false },
    ...(isNone ? { note: NO_CALLS } : {}),
  };
}

function calledTools(turns: readonly Turn[]): ClientTool[] {
  const names = turns.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.kind === 'call' ? [part.name] : [])),
  );
  return [...new Set(names)].map((name) => ({
    name,
    description: undefined,
    schema: undefined,
    isStrict: false,
    isCustom: false,
    cache: [],
  }));
}

/** Claude's newest models refuse `strict` on Amazon Bedrock. */
const WITHOUT_STRICT = /claude-(?:opus-4-[78]|(?:opus|sonnet|haiku|fable|mythos)-[5-9])/;

function specOf({ name, description, schema, isStrict, isCustom }: ClientTool, model: string) {
  const json = isCustom ? CUSTOM_SCHEMA : { type: 'object', ...schema };
  return {
    toolSpec: compact({
      name,
      // An empty description is refused, an absent one is not.
      description: description === undefined || isBlank(description) ? undefined : description,
      inputSchema: { json: isCustom || schema ? json : { type: 'object', properties: {} } },
      strict: isStrict && !WITHOUT_STRICT.test(model) ? true : undefined,
    }),
  };
}

/** Converse knows only inputs that are objects. */
const CUSTOM_SCHEMA = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole input, as text.' } },
  required: ['input'],
};

function choiceOf(choice: ToolChoice | undefined): JsonObject | undefined {
  switch (choice?.kind) {
    case 'auto':
      return { auto: {} };
    case 'any':
      return { any: {} };
    case 'tool':
      return { tool: { name: choice.name } };
    default:
      return undefined;
  }
}

/** What Converse cannot say: no call, or one at a time. */
function claudeChoiceOf(choice: ToolChoice | undefined): JsonObject {
  if (choice?.kind === 'none') return { type: 'none' };
  const single = { disable_parallel_tool_use: true };
  if (choice?.kind === 'tool') return { type: 'tool', name: choice.name, ...single };
  return { type: choice?.kind ?? 'auto', ...single };
}

/** A function tool of OpenAI's formats, which differ in where its members stand. */
export function functionToolAt(tool: JsonObject, field: string, outer: JsonObject): ClientTool {
  return {
    name: nameAt(tool['name'], `${field}.name`),
    description: descriptionOf(tool),
    schema: optional(tool['parameters'], `${field}.parameters`, objectAt),
    isStrict: tool['strict'] === true,
    isCustom: false,
    cache: cacheOf({ ...tool, ...outer }).slice(0, 1),
  };
}

/** A custom tool of OpenAI's formats: its grammar can only be described to the model. */
export function customToolAt(tool: JsonObject, field: string): ClientTool {
  const format = optional(tool['format'], `${field}.format`, objectAt);
  const grammar =
    format?.['type'] === 'grammar'
      ? `The input must follow this grammar (${String(format['syntax'] ?? 'lark')}):\n${String(format['definition'] ?? '')}`
      : undefined;
  const description = [descriptionOf(tool), grammar].filter((text) => text !== undefined);
  return {
    name: nameAt(tool['name'], `${field}.name`),
    description: description.length === 0 ? undefined : description.join('\n\n'),
    schema: undefined,
    isStrict: false,
    isCustom: true,
    cache: [],
  };
}

const descriptionOf = (tool: JsonObject): string | undefined =>
  typeof tool['description'] === 'string' ? tool['description'] : undefined;
