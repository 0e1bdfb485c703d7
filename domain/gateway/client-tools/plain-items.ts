import { isObject, textOf } from '../translation/reading.ts';
import type { JsonObject } from '../wire-format.ts';
import { type Bridging, nameOf, plainTools } from './plain-tools.ts';

/** Items that tell what a provider's tool did elsewhere, and the type of that tool. */
const PROVIDER_ITEMS = new Map([
  ['web_search_call', 'web_search'],
  ['file_search_call', 'file_search'],
  ['image_generation_call', 'image_generation'],
  ['code_interpreter_call', 'code_interpreter'],
  ['mcp_call', 'mcp'],
  ['mcp_list_tools', 'mcp'],
]);

/** Whether an endpoint without the tool has no place for what that tool did. */
export const isForeign = (item: unknown, types: ReadonlySet<string>): boolean => {
  const tool = PROVIDER_ITEMS.get(textOf(item, 'type') ?? '');
  return tool !== undefined && !types.has(tool);
};

/** An item of the input as an endpoint takes it: calls of any form as calls of plain functions. */
export function plainItem(item: JsonObject, bridging: Bridging): JsonObject {
  const { names, types } = bridging;
  const namespace = textOf(item, 'namespace');
  const isGrouped = namespace !== undefined && !types.has('namespace');
  switch (item['type']) {
    case 'function_call':
      if (!isGrouped) return item;
      return renamed(item, names.plain({ form: 'function', name: nameOf(item), namespace }));
    case 'custom_tool_call': {
      const isKnown = types.has('custom');
      if (isKnown && !isGrouped) return item;
      const tool = { form: 'custom' as const, name: nameOf(item), namespace };
      const named = renamed(item, names.plain(tool));
      if (isKnown) return named;
      const { input, ...rest } = named;
      return { ...rest, type: 'function_call', arguments: JSON.stringify({ input }) };
    }
    case 'custom_tool_call_output':
      return types.has('custom') ? item : { ...item, type: 'function_call_output' };
    case 'tool_search_call':
      if (types.has('tool_search')) return item;
      return {
        type: 'function_call',
        call_id: item['call_id'],
        name: names.plain({ form: 'tool_search', name: 'tool_search' }),
        arguments: JSON.stringify(item['arguments'] ?? {}),
      };
    case 'tool_search_output':
      if (types.has('tool_search')) return item;
      return {
        type: 'function_call_output',
        call_id: item['call_id'],
        output: foundText(item, bridging),
      };
    default:
      return item;
  }
}

function renamed(item: JsonObject, name: string): JsonObject {
  const { namespace: _, ...rest } = item;
  return { ...rest, name };
}

/** The tools themselves are among those of the request. */
const foundText = ({ tools }: JsonObject, bridging: Bridging): string => {
  const names = plainTools(Array.isArray(tools) ? tools : [], bridging).tools.map(nameOf);
  return names.length === 0 ? 'No tools were found.' : `You can now call: ${names.join(', ')}.`;
};

/** The tools that an item of the input brings along, if the endpoint does not know such items. */
export function toolsIn(item: unknown, types: ReadonlySet<string>): readonly unknown[] {
  if (!isObject(item)) return [];
  const { type, tools } = item;
  const brings =
    (type === 'additional_tools' && !types.has('additional_tools')) ||
    (type === 'tool_search_output' && !types.has('tool_search'));
  return brings && Array.isArray(tools) ? tools : [];
}
