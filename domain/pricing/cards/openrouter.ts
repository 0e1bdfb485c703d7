import type { CardFacts } from '../card-facts.ts';
import { AIDER, GENAI_OPENROUTER } from './sources.ts';

const CLAUDE = { input: '3', output: '15', cacheRead: '0.3', cacheWrite: '3.75' };

/** Models reached through OpenRouter, which passes on the price of the provider that serves them. */
export const openrouter: readonly CardFacts[] = [
  { model: 'openrouter/anthropic/claude-3.5-sonnet', source: GENAI_OPENROUTER, ...CLAUDE },
  { model: 'openrouter/anthropic/claude-3.7-sonnet', source: GENAI_OPENROUTER, ...CLAUDE },
  {
    model: 'openrouter/anthropic/claude-3.5-haiku',
    source: GENAI_OPENROUTER,
    also: ['openrouter/anthropic/claude-3-5-haiku'],
    input: '0.8',
    output: '4',
  },
  { model: 'openrouter/openai/gpt-4o', source: GENAI_OPENROUTER, input: '2.5', output: '10' },
  {
    model: 'openrouter/openai/gpt-4o-mini',
    source: GENAI_OPENROUTER,
    input: '0.15',
    output: '0.6',
    cacheRead: '0.075',
  },
  {
    model: 'openrouter/openai/o3-mini',
    source: GENAI_OPENROUTER,
    input: '1.1',
    output: '4.4',
    cacheRead: '0.55',
  },
  {
    model: 'openrouter/deepseek/deepseek-chat',
    source: GENAI_OPENROUTER,
    input: '0.38',
    output: '0.89',
  },
  {
    model: 'openrouter/mistralai/mistral-large',
    source: GENAI_OPENROUTER,
    input: '2',
    output: '6',
  },
  { model: 'openrouter/deepseek/deepseek-r1', source: AIDER, input: '0.55', output: '2.19' },
  {
    model: 'openrouter/qwen/qwen-2.5-coder-32b-instruct',
    source: AIDER,
    input: '0.18',
    output: '0.18',
  },
];
