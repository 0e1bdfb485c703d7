import { example } from './example.ts';

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

/** Valid bodies of the routes of prompts. */
export const promptBodies = {
  optimizePrompt: [
    example({ model: MODEL, region: 'eu-west-1', prompt: WORDY_PROMPT }, ['model', 'prompt']),
    example(
      {
        model: MODEL,
        system: 'You help the guests of a hotel.',
        messages: [{ role: 'user', content: WORDY_PROMPT }],
        keepCachedPrefix: false,
        maxInputTokens: 10_000,
        strategy: 'drop',
        pinned: [0],
      },
      ['model', 'messages'],
    ),
  ],
};
