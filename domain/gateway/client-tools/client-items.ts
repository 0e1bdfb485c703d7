import { customInputOf } from '../translation/facts.ts';
import { isObject, parsedJson, textOf } from '../translation/reading.ts';
import type { JsonObject } from '../wire-format.ts';
import type { NamedTool } from './plain-names.ts';
import type { PlainRequest } from './plain-request.ts';

/** The client's tool that an item of an answer calls, if the item must change for the client. */
export function calledTool(item: JsonObject, { names }: PlainRequest): NamedTool | undefined {
  const type = item['type'];
  if (type !== 'function_call' && type !== 'custom_tool_call') return undefined;
  const tool = names.toolOf(textOf(item, 'name') ?? '');
  const isSame = tool?.namespace === undefined && tool?.form === 'function';
  return isSame ? undefined : tool;
}

/** An item of an answer as the client knows it: a call in the form and by the name of its tool. */
export function clientItem(item: JsonObject, request: PlainRequest): JsonObject {
  const tool = calledTool(item, request);
  if (!tool) return item;
  const { name, namespace, form } = tool;
  const { id, call_id: callId, status } = item;
  const named = { name, ...(namespace === undefined ? {} : { namespace }) };
  if (form === 'function' || item['type'] === 'custom_tool_call') return { ...item, ...named };
  const text = textOf(item, 'arguments') ?? '';
  const common = { id, call_id: callId, status };
  if (form === 'custom') {
    return { type: 'custom_tool_call', ...common, ...named, input: inputOf(text) };
  }
  const query = parsedJson(text);
  return {
    type: 'tool_search_call',
    ...common,
    execution: 'client',
    arguments: isObject(query) ? query : {},
  };
}

/** The text that a model put into the only parameter. A model that did not obey is taken at its word. */
export function inputOf(text: string): string {
  const input = parsedJson(text);
  return isObject(input) ? customInputOf(input) : text;
}

/** An object `response` as the client knows it, with the tools that it sent. */
export function clientResponse(response: JsonObject, request: PlainRequest): JsonObject {
  const { output } = response;
  const { tools, tool_choice: choice } = request.original;
  return {
    ...response,
    ...(Array.isArray(output)
      ? {
          output: output.map((item: unknown) =>
            isObject(item) ? clientItem(item, request) : item,
          ),
        }
      : {}),
    ...('tools' in response ? { tools: tools ?? [] } : {}),
    ...('tool_choice' in response ? { tool_choice: choice ?? 'auto' } : {}),
  };
}
