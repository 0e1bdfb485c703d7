import { isObject, parsedJson, textOf } from '../translation/reading.ts';
import type { JsonObject, StreamEvent } from '../wire-format.ts';
import { calledTool, clientItem, clientResponse, inputOf } from './client-items.ts';
import type { NamedTool } from './plain-names.ts';
import type { PlainRequest } from './plain-request.ts';

/** Turns the events of an endpoint's stream into those that the client expects. */
export function clientEvents(request: PlainRequest): (event: StreamEvent) => StreamEvent[] {
  /** Tools by the positions of their calls in the output. */
  const called = new Map<unknown, NamedTool>();
  let sequence = 0;
  return ({ event, data }) => {
    const payload = parsedJson(data);
    if (!isObject(payload)) return [{ event, data }];
    return translated(payload, request, called).map((each) => {
      const numbered =
        'sequence_number' in payload ? { ...each, sequence_number: sequence++ } : each;
      const type = textOf(numbered, 'type');
      return { event: event === undefined ? event : type, data: JSON.stringify(numbered) };
    });
  };
}

function translated(
  payload: JsonObject,
  request: PlainRequest,
  called: Map<unknown, NamedTool>,
): JsonObject[] {
  const { item, response, output_index: position } = payload;
  if (isObject(response)) return [{ ...payload, response: clientResponse(response, request) }];
  if (isObject(item)) {
    const tool = calledTool(item, request);
    if (tool) called.set(position, tool);
    return [{ ...payload, item: clientItem(item, request) }];
  }
  const tool = called.get(position);
  switch (payload['type']) {
    case 'response.function_call_arguments.delta':
      return tool && tool.form !== 'function' ? [] : [payload];
    case 'response.function_call_arguments.done':
      return tool ? callEnd(payload, tool) : [payload];
    default:
      return [payload];
  }
}

/** The text of a tool is only known at its end, because it travels as JSON. */
function callEnd(payload: JsonObject, { form, name }: NamedTool): JsonObject[] {
  const { arguments: text, name: _, type: __, ...place } = payload;
  if (form === 'function') return ['name' in payload ? { ...payload, name } : payload];
  if (form === 'tool_search') return [];
  const input = inputOf(typeof text === 'string' ? text : '');
  const type = 'response.custom_tool_call_input';
  return [
    { ...place, type: `${type}.delta`, delta: input },
    { ...place, type: `${type}.done`, input },
  ];
}
