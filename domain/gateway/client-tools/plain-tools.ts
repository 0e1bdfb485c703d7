import type { JsonObject } from '../wire-format.ts';
import { isObject, textOf } from '../translation/reading.ts';
import type { PlainNames } from './plain-names.ts';

/** What a bridge needs to know of a request. */
export type Bridging = {
  names: PlainNames;
  /** Types of tools and items that the endpoint takes as they are. */
  types: ReadonlySet<string>;
};

/** Tools of a request as an endpoint takes them. */
export type PlainTools = {
  tools: readonly unknown[];
  /** Types of tools that only a provider could run. */
  removed: readonly string[];
};

/** The only parameter of a function that stands for a tool whose input is text. */
const TEXT_PARAMETERS = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole input, as text.' } },
  required: ['input'],
  additionalProperties: false,
};

/** The types of tools that the client runs; a provider runs all others. */
const RUN_BY_CLIENT = new Set(['function', 'custom', 'namespace']);

/** Whether the client runs a search among its own tools, or the provider does. */
const isClientSearch = (tool: JsonObject): boolean =>
  tool['type'] === 'tool_search' && tool['execution'] === 'client';

/** Names of the plain functions among tools. */
export const functionNames = (tools: readonly unknown[]): string[] =>
  tools.flatMap((tool) =>
    textOf(tool, 'type') === 'function' ? (textOf(tool, 'name') ?? []) : [],
  );

/** Turns each tool into plain functions where the endpoint does not know its type. */
export function plainTools(tools: readonly unknown[], bridging: Bridging): PlainTools {
  const removed: string[] = [];
  const plain = tools.flatMap((tool): readonly unknown[] => {
    const type = textOf(tool, 'type') ?? '';
    if (!isObject(tool) || bridging.types.has(type)) return [tool];
    if (RUN_BY_CLIENT.has(type) || isClientSearch(tool)) return plainTool(tool, bridging);
    removed.push(type);
    return [];
  });
  return { tools: plain, removed };
}

function plainTool(tool: JsonObject, { names, types }: Bridging): readonly unknown[] {
  switch (tool['type']) {
    case 'namespace':
      return membersOf(tool).flatMap((member, at) =>
        plainMember(member, { tool, isFirst: at === 0 }, { names, types }),
      );
    case 'custom':
      return [functionOfCustom(tool, names.plain({ form: 'custom', name: nameOf(tool) }))];
    case 'tool_search': {
      const name = names.plain({ form: 'tool_search', name: 'tool_search' });
      const { description, parameters } = tool;
      return [{ type: 'function', name, description, strict: false, parameters }];
    }
    default: {
      if (types.has('tool_search')) return [tool];
      // An endpoint without the search does not know what it would find.
      const { defer_loading: deferred, ...rest } = tool;
      return [deferred === undefined ? tool : rest];
    }
  }
}

type Group = { tool: JsonObject; isFirst: boolean };

/** The first tool of a group also says what the group is for. */
function plainMember(member: JsonObject, group: Group, { names, types }: Bridging): JsonObject[] {
  const { tool, isFirst } = group;
  const isCustom = member['type'] === 'custom';
  const namespace = nameOf(tool);
  const form = isCustom ? ('custom' as const) : ('function' as const);
  const name = names.plain({ form, name: nameOf(member), namespace });
  const about = textOf(tool, 'description') ?? '';
  const text = [
    ...(isFirst && about !== '' ? [`${namespace}: ${about}`] : []),
    textOf(member, 'description') ?? '',
  ].join('\n\n');
  const { defer_loading: _, ...own } = member;
  const rest = { ...own, description: text };
  if (isCustom && !types.has('custom')) return [functionOfCustom(rest, name)];
  return [{ ...rest, name }];
}

/** The grammar of the text can only be described to a model that calls a plain function. */
function functionOfCustom(tool: JsonObject, name: string): JsonObject {
  const format = isObject(tool['format']) ? tool['format'] : {};
  const grammar =
    format['type'] === 'grammar'
      ? [
          `The input must follow this grammar (${textOf(format, 'syntax') ?? 'lark'}):\n${textOf(format, 'definition') ?? ''}`,
        ]
      : [];
  const description = [textOf(tool, 'description') ?? '', ...grammar].join('\n\n');
  return { type: 'function', name, description, strict: false, parameters: TEXT_PARAMETERS };
}

/** A wish to call a tool, or one of some. A tool that the endpoint cannot run stays named. */
export function plainChoice(choice: unknown, bridging: Bridging): unknown {
  if (!isObject(choice)) return choice;
  const { type, tools } = choice;
  if (type === 'allowed_tools' && Array.isArray(tools)) {
    const plain = tools.map((tool: unknown) => plainChoice(tool, bridging));
    return plain.some((tool, at) => tool !== tools[at]) ? { ...choice, tools: plain } : choice;
  }
  const namespace = textOf(choice, 'namespace');
  const isPlain = namespace === undefined || bridging.types.has('namespace');
  if (type === 'custom' && !bridging.types.has('custom')) {
    return {
      type: 'function',
      name: bridging.names.plain({ form: 'custom', name: nameOf(choice), namespace }),
    };
  }
  if (isPlain) return choice;
  return {
    type,
    name: bridging.names.plain({ form: 'function', name: nameOf(choice), namespace }),
  };
}

const membersOf = ({ tools }: JsonObject): JsonObject[] =>
  Array.isArray(tools) ? tools.filter((tool) => isObject(tool)) : [];

export const nameOf = (tool: unknown): string => textOf(tool, 'name') ?? '';
