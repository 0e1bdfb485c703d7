import { describe, expect, it } from 'vitest';
import { clientEvents } from '../../../../domain/gateway/client-tools/client-events.ts';
import { clientResponse } from '../../../../domain/gateway/client-tools/client-items.ts';
import { plainRequest } from '../../../../domain/gateway/client-tools/plain-request.ts';
import type { JsonObject } from '../../../../domain/gateway/wire-format.ts';
import { codexLiteRequest, codexRequest } from '../../../support/codex-shapes.ts';

const bridge = (body: JsonObject) => {
  const request = plainRequest(body, []);
  if (!request) throw new Error('This request needs no bridge');
  return request;
};
const call = (name: string, text: string) => ({
  id: 'fc_1',
  type: 'function_call',
  status: 'completed',
  call_id: 'c1',
  name,
  arguments: text,
});

describe('an answer', () => {
  const item = (name: string, text: string, body: JsonObject = codexRequest) => {
    const response = { output: [call(name, text)], tools: [], tool_choice: 'auto' };
    return (clientResponse(response, bridge(body))['output'] as JsonObject[])[0];
  };

  it('calls tools by the names and in the forms that the client knows', () => {
    expect(item('exec_command', '{}')).toEqual(call('exec_command', '{}'));
    expect(item('mcp__weather__get_weather', '{"city":"Rome"}')).toEqual({
      ...call('get_weather', '{"city":"Rome"}'),
      namespace: 'mcp__weather',
    });
    const { arguments: _, ...patch } = call('apply_patch', '');
    expect(item('apply_patch', '{"input":"*** Begin"}')).toEqual({
      ...patch,
      type: 'custom_tool_call',
      input: '*** Begin',
    });
    expect(item('tool_search', '{"query":"rain"}')).toEqual({
      id: 'fc_1',
      type: 'tool_search_call',
      status: 'completed',
      call_id: 'c1',
      execution: 'client',
      arguments: { query: 'rain' },
    });
    expect(item('exec', '{"input":"1"}', codexLiteRequest)).toMatchObject({
      type: 'custom_tool_call',
      name: 'exec',
      namespace: 'functions',
      input: '1',
    });
  });

  it('takes a model at its word that does not obey', () => {
    expect(item('apply_patch', '*** Begin')).toMatchObject({ input: '*** Begin' });
    expect(item('tool_search', 'rain')).toMatchObject({ arguments: {} });
    expect(item('invented', '{}')).toEqual(call('invented', '{}'));
  });

  it('repeats the tools that the client sent', () => {
    const response = clientResponse({ output: [], tools: ['plain'] }, bridge(codexRequest));
    expect(response['tools']).toBe(codexRequest.tools);
  });
});

describe('a stream', () => {
  const argumentsEvent = 'response.function_call_arguments';
  const stream = (name: string, text: string) => {
    const convert = clientEvents(bridge(codexRequest));
    const place = { item_id: 'fc_1', output_index: 0 };
    const item = call(name, text);
    return [
      { type: 'response.created', response: { output: [], tools: ['plain'] } },
      { type: 'response.output_item.added', output_index: 0, item: { ...item, arguments: '' } },
      { type: `${argumentsEvent}.delta`, ...place, delta: text },
      { type: `${argumentsEvent}.done`, ...place, name, arguments: text },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { output: [item] } },
    ]
      .flatMap((payload, at) =>
        convert({
          event: payload.type,
          data: JSON.stringify({ ...payload, sequence_number: at + 5 }),
        }),
      )
      .map(({ event, data }) => {
        const payload = JSON.parse(data) as JsonObject;
        expect(event).toBe(payload['type']);
        return payload;
      });
  };
  const typesOf = (events: JsonObject[]) => events.map(({ type }) => type);

  it('tells a text once it is whole', () => {
    const events = stream('apply_patch', '{"input":"*** Begin"}');
    expect(events).toMatchObject([
      { type: 'response.created', response: { tools: codexRequest.tools } },
      {
        type: 'response.output_item.added',
        item: { type: 'custom_tool_call', name: 'apply_patch', input: '' },
      },
      { type: 'response.custom_tool_call_input.delta', item_id: 'fc_1', delta: '*** Begin' },
      { type: 'response.custom_tool_call_input.done', output_index: 0, input: '*** Begin' },
      { type: 'response.output_item.done', item: { type: 'custom_tool_call', input: '*** Begin' } },
      { type: 'response.completed', response: { output: [{ type: 'custom_tool_call' }] } },
    ]);
    expect(events.map((each) => each['sequence_number'])).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('names a tool of a group in every event', () => {
    const named = { name: 'get_weather', namespace: 'mcp__weather' };
    expect(stream('mcp__weather__get_weather', '{"city":"Rome"}')).toMatchObject([
      {},
      { item: named },
      { type: `${argumentsEvent}.delta` },
      { type: `${argumentsEvent}.done`, name: 'get_weather' },
      { item: named },
      { response: { output: [named] } },
    ]);
  });

  it('tells a search among the client’s tools as one item', () => {
    expect(typesOf(stream('tool_search', '{"query":"rain"}'))).toEqual([
      'response.created',
      'response.output_item.added',
      'response.output_item.done',
      'response.completed',
    ]);
  });

  it('passes on what is no JSON', () => {
    expect(clientEvents(bridge(codexRequest))({ data: '[DONE]' })).toEqual([{ data: '[DONE]' }]);
  });
});
