import { example } from './example.ts';
import { FIELD_KINDS } from './field-kinds.ts';
import type { Json } from './json-places.ts';

const MODEL = 'anthropic.claude-sonnet-4-6';

/** A prompt with blank lines and an instruction to spare. */
export const WORDY_PROMPT = [
  'Answer in one short sentence for the guests of a hotel.',
  '',
  '',
  '',
  'Which rooms have a view of the sea?   ',
  '',
  'Answer in one short sentence for the guests of a hotel.',
].join('\n');

export const TEMPLATE: Record<string, Json> = {
  messages: [
    { role: 'system', content: 'You write to the guests of a hotel.' },
    {
      role: 'user',
      content: 'Greet {{guest}}, who stays {{nights}} nights.\n\nWrite two friendly sentences.',
    },
  ],
  variables: [
    { name: 'guest', type: 'string', maxLength: 80 },
    { name: 'nights', type: 'integer', minimum: 1, maximum: 60 },
  ],
};
const ALL_TYPES: Record<string, Json> = {
  prompt:
    'Tell {{guest}} in {{language}} of {{rooms}} rooms, {{share}} full, pool {{pool}}.\n\nWrite two friendly sentences.',
  variables: [
    { name: 'guest', type: 'string', maxLength: 80 },
    { name: 'language', type: 'enum', values: ['English', 'Italian'] },
    { name: 'rooms', type: 'integer', minimum: 0, maximum: 500 },
    { name: 'share', type: 'number', minimum: 0, maximum: 1.5 },
    { name: 'pool', type: 'boolean' },
  ],
};
export const RENDERING = { variables: { guest: 'Ada', nights: 3 } };

/** What fields of templates are, where others have the same names. */
const TEMPLATE_KINDS = {
  ...FIELD_KINDS,
  variables: 'list',
  'variables[]': 'object',
  name: 'identifier',
  type: 'choice',
  minimum: 'number',
  maximum: 'number',
  maxLength: 'countFromOne',
  values: 'list',
  'values[]': 'text',
} as const;
const RENDERING_KINDS = {
  ...FIELD_KINDS,
  variables: 'object',
  guest: 'text',
  nights: 'number',
  version: 'countFromOne',
} as const;

/** A request whose prompt comes from a template. */
export const TEMPLATED: Json = {
  system: 'relaycore',
  userId: 'ada',
  model: MODEL,
  template: { name: 'greeting', version: 1, ...RENDERING },
};
export const TEMPLATED_KINDS = {
  ...RENDERING_KINDS,
  template: 'object',
  name: 'identifier',
} as const;

const CLIENT_KINDS = {
  ...FIELD_KINDS,
  system: 'clientSystem',
  'messages[]': 'foreign',
  content: 'clientContent',
} as const;

/** Valid bodies of the routes of prompts. */
export const promptBodies = {
  putPromptTemplate: [
    { ...example(TEMPLATE, ['variables']), kinds: TEMPLATE_KINDS },
    { ...example(ALL_TYPES, ['prompt', 'variables']), kinds: TEMPLATE_KINDS },
  ],
  renderPromptTemplate: [
    {
      ...example({ ...RENDERING, version: 1, model: MODEL, maxOutputTokens: 200 }, []),
      kinds: RENDERING_KINDS,
    },
  ],
  optimizePrompt: [
    example({ model: MODEL, region: 'eu-west-1', prompt: WORDY_PROMPT }, ['model', 'prompt']),
    {
      ...example(
        {
          model: MODEL,
          system: 'You help the guests of a hotel.',
          messages: [{ role: 'user', content: WORDY_PROMPT }],
          keepCachedPrefix: false,
          maxInputTokens: 10_000,
          strategy: 'drop',
          pinned: [0],
        },
        ['model'],
      ),
      kinds: CLIENT_KINDS,
    },
  ],
};
