import { describe, expect, it } from 'vitest';
import { PlainNames } from '../../../../domain/gateway/client-tools/plain-names.ts';
import { plainRequest } from '../../../../domain/gateway/client-tools/plain-request.ts';
import {
  codexHistory,
  codexLiteRequest,
  codexRequest,
  message,
  PATCH,
  SHELL,
  WEATHER,
  WEB,
} from '../../../support/codex-shapes.ts';

type Tool = { type: string; name: string; description?: string; parameters?: unknown };
const toolsOf = (request: ReturnType<typeof plainRequest>) => request?.body['tools'] as Tool[];

describe('an endpoint that knows functions only', () => {
  it('gets every tool that the client runs as a function, each with a name of its own', () => {
    const request = plainRequest(codexRequest, []);
    expect(toolsOf(request).map(({ type, name }) => [type, name])).toEqual([
      ['function', 'exec_command'],
      ['function', 'apply_patch'],
      ['function', 'mcp__weather__get_weather'],
      ['function', 'mcp__weather__list_cities'],
      ['function', 'tool_search'],
    ]);
    expect(request?.removed).toEqual(['tools.web_search']);
  });

  it('includes the grammar, and describes each group only once', () => {
    const [, patch, first, second] = toolsOf(plainRequest(codexRequest, []));
    expect(patch).toMatchObject({
      description: expect.stringContaining('start: "*** Begin Patch"'),
      parameters: { required: ['input'] },
    });
    expect(first?.description).toBe('mcp__weather: Tells the weather.\n\nIn a city');
    expect(second?.description).toBe('All of them');
  });

  it('gets tools of the input among the others', () => {
    const request = plainRequest(codexLiteRequest, []);
    expect(toolsOf(request)).toMatchObject([{ type: 'function', name: 'exec' }]);
    expect(request?.body['input']).toEqual(codexLiteRequest.input.slice(1));
  });

  it('gets earlier calls of any form as calls of functions, with the tools that were found', () => {
    const request = plainRequest({ tools: [SHELL], input: codexHistory }, []);
    expect(request?.body['input']).toEqual([
      {
        type: 'function_call',
        call_id: 'c1',
        name: 'apply_patch',
        arguments: '{"input":"*** Begin Patch"}',
      },
      { type: 'function_call_output', call_id: 'c1', output: 'Done' },
      {
        type: 'function_call',
        call_id: 'c2',
        name: 'tool_search',
        arguments: '{"query":"weather"}',
      },
      {
        type: 'function_call_output',
        call_id: 'c2',
        output: 'You can now call: mcp__weather__get_weather, mcp__weather__list_cities.',
      },
      {
        type: 'function_call',
        call_id: 'c3',
        name: 'mcp__weather__get_weather',
        arguments: '{"city":"Rome"}',
      },
      { type: 'function_call_output', call_id: 'c3', output: 'It rains' },
    ]);
    expect(toolsOf(request).map(({ name }) => name)).toEqual([
      'exec_command',
      'mcp__weather__get_weather',
      'mcp__weather__list_cities',
    ]);
    expect(request?.removed).toEqual(['input.web_search_call']);
  });

  it('gets a choice of tools by their plain names', () => {
    const choose = (choice: object) =>
      plainRequest({ ...codexRequest, tool_choice: choice }, [])?.body['tool_choice'];
    const weather = { type: 'function', name: 'get_weather', namespace: 'mcp__weather' };
    const plain = { type: 'function', name: 'mcp__weather__get_weather' };
    expect(choose(weather)).toEqual(plain);
    expect(choose({ type: 'custom', name: 'apply_patch' })).toEqual({
      type: 'function',
      name: 'apply_patch',
    });
    expect(choose({ type: 'allowed_tools', mode: 'auto', tools: [weather] })).toEqual({
      type: 'allowed_tools',
      mode: 'auto',
      tools: [plain],
    });
    // The endpoint shall refuse what the client would miss.
    expect(choose({ type: 'web_search' })).toEqual({ type: 'web_search' });
  });

  it('gets a tool once that a conversation brings twice', () => {
    const found = codexHistory[3];
    expect(toolsOf(plainRequest({ tools: [WEATHER], input: [found, found] }, []))).toHaveLength(2);
  });

  it('refuses itself what a client asks for that has no other tool', () => {
    expect(plainRequest({ tools: [WEB], input: [message('user', 'Go')] }, [])).toBeUndefined();
  });

  it('gets no word of tools that would be found later', () => {
    const request = plainRequest({ tools: [{ ...SHELL, defer_loading: true }], input: '' }, []);
    expect(toolsOf(request)).toEqual([SHELL]);
  });
});

describe('an endpoint that knows', () => {
  it('everything in a request gets it as it is', () => {
    const all = ['custom', 'namespace', 'tool_search', 'web_search', 'additional_tools'];
    expect(plainRequest({ ...codexRequest, input: codexHistory }, all)).toBeUndefined();
    expect(plainRequest(codexLiteRequest, all)).toBeUndefined();
    expect(plainRequest({ tools: [SHELL], input: 'Go' }, [])).toBeUndefined();
  });

  it('custom tools keeps them, also out of a group', () => {
    const request = plainRequest({ tools: [PATCH, WEB, WEATHER], input: codexHistory }, ['custom']);
    expect(toolsOf(request)[0]).toBe(PATCH);
    expect(request?.body['input']).toMatchObject([
      codexHistory[0],
      codexHistory[1],
      {},
      {},
      {},
      {},
    ]);
    expect(toolsOf(plainRequest(codexLiteRequest, ['custom']))).toMatchObject([
      { type: 'custom', name: 'exec' },
    ]);
  });
});

describe('a plain name', () => {
  const tool = (name: string, namespace?: string) => ({
    form: 'function' as const,
    name,
    namespace,
  });

  it('is one that endpoints take, and unlike all others', () => {
    const names = new PlainNames(['a__b']);
    const long = 'x'.repeat(70);
    const plain = [
      tool('a__b'),
      tool('b', 'a'),
      tool('b', 'a.'),
      tool(long, 'n'),
      tool(`${long}y`, 'n'),
      tool('ü', 'n'),
      tool('run', 'functions'),
    ].map((each) => names.plain(each));
    expect(new Set(plain).size).toBe(plain.length);
    for (const name of plain) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(plain[0]).toBe('a__b');
    expect(plain.at(-1)).toBe('run');
    expect(names.toolOf(plain[1] ?? '')).toEqual(tool('b', 'a'));
  });

  it('stays the same whatever came before it', () => {
    const long = tool('x'.repeat(70), 'n');
    const names = new PlainNames([]);
    names.plain(tool('other', 'n'));
    expect(names.plain(long)).toBe(new PlainNames([]).plain(long));
  });
});
