/** Requests in the forms that Codex 0.171 sends, in short. */

const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };

export const WEATHER = {
  type: 'namespace',
  name: 'mcp__weather',
  description: 'Tells the weather.',
  tools: [
    {
      type: 'function',
      name: 'get_weather',
      description: 'In a city',
      strict: false,
      parameters: city,
    },
    {
      type: 'function',
      name: 'list_cities',
      description: 'All of them',
      strict: false,
      parameters: {},
    },
  ],
};
export const SHELL = {
  type: 'function',
  name: 'exec_command',
  description: 'Runs a command.',
  strict: false,
  parameters: { type: 'object', properties: { cmd: { type: 'string' } }, required: ['cmd'] },
};
export const PATCH = {
  type: 'custom',
  name: 'apply_patch',
  description: 'Changes files.',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "*** Begin Patch"' },
};
export const SEARCH = {
  type: 'tool_search',
  execution: 'client',
  description: 'Finds more tools.',
  parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
};
export const WEB = { type: 'web_search', external_web_access: false };

export const message = (role: string, text: string) => ({
  type: 'message',
  role,
  content: [{ type: 'input_text', text }],
});

const common = {
  tool_choice: 'auto',
  parallel_tool_calls: true,
  reasoning: { summary: 'auto' },
  store: false,
  stream: true,
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: '01a22dc4-92a1-7c82-91a8-eb1fff1061af',
  client_metadata: { session_id: '01a22dc4-92a1-7c82-91a8-eb1fff1061af' },
};

/** How it asks most models. */
export const codexRequest = {
  ...common,
  tools: [SHELL, PATCH, WEATHER, SEARCH, WEB],
  input: [message('developer', 'You are a coding agent.'), message('user', 'Go')],
};

/** How it asks GPT-5.6 and later: tools are an item of the input, all in groups. */
export const codexLiteRequest = {
  ...common,
  parallel_tool_calls: false,
  reasoning: { effort: 'low', context: 'all_turns' },
  input: [
    {
      type: 'additional_tools',
      role: 'developer',
      tools: [
        {
          type: 'namespace',
          name: 'functions',
          description: '',
          tools: [{ type: 'custom', name: 'exec', description: 'Runs JavaScript.' }],
        },
      ],
    },
    message('developer', 'You are a coding agent.'),
    message('user', 'Go'),
  ],
};

/** What it sends back after it has run the tools. */
export const codexHistory = [
  { type: 'custom_tool_call', call_id: 'c1', name: 'apply_patch', input: '*** Begin Patch' },
  { type: 'custom_tool_call_output', call_id: 'c1', output: 'Done' },
  {
    type: 'tool_search_call',
    call_id: 'c2',
    status: 'completed',
    execution: 'client',
    arguments: { query: 'weather' },
  },
  {
    type: 'tool_search_output',
    call_id: 'c2',
    status: 'completed',
    execution: 'client',
    tools: [WEATHER],
  },
  {
    type: 'function_call',
    call_id: 'c3',
    name: 'get_weather',
    namespace: 'mcp__weather',
    arguments: '{"city":"Rome"}',
  },
  { type: 'function_call_output', call_id: 'c3', output: 'It rains' },
  { type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'rain' } },
];
