import { type CardFacts, cardsOf } from './card-facts.ts';
import type { RateCard } from './rate-card.ts';

const CLAUDE = { input: '3', output: '15', cacheRead: '0.3', cacheWrite: '3.75' };
const FIREWORKS = 'fireworks_ai/accounts/fireworks/models';

/**
 * Models reached through OpenRouter, which passes on the price of the provider that serves them.
 */
const OPENROUTER: CardFacts[] = [
  { model: 'openrouter/anthropic/claude-3.5-sonnet', ...CLAUDE },
  { model: 'openrouter/anthropic/claude-3.7-sonnet', ...CLAUDE },
  {
    model: 'openrouter/anthropic/claude-3.5-haiku',
    also: ['openrouter/anthropic/claude-3-5-haiku'],
    input: '0.8',
    output: '4',
  },
  { model: 'openrouter/openai/gpt-4o', input: '2.5', output: '10' },
  { model: 'openrouter/openai/gpt-4o-mini', input: '0.15', output: '0.6', cacheRead: '0.075' },
  { model: 'openrouter/openai/o3-mini', input: '1.1', output: '4.4', cacheRead: '0.55' },
  { model: 'openrouter/deepseek/deepseek-chat', input: '0.38', output: '0.89' },
  { model: 'openrouter/mistralai/mistral-large', input: '2', output: '6' },
];

const MISTRAL: CardFacts[] = [
  { model: 'codestral-latest', from: '2025-01-13', input: '0.3', output: '0.9' },
  { model: 'mistral-large-2411', also: ['mistral-large-latest'], input: '2', output: '6' },
  { model: 'mixtral-8x7b', input: '0.7', output: '0.7' },
  { model: 'mixtral-8x22b-instruct', input: '0.9', output: '0.9' },
];

/** The list prices that aider's published log applied to every request of these models. */
const RECORDED: CardFacts[] = [
  { model: 'codestral-latest', input: '1', output: '3' },
  { model: `${FIREWORKS}/deepseek-v3`, input: '0.9', output: '0.9' },
  { model: `${FIREWORKS}/deepseek-r1`, input: '8', output: '8' },
  { model: `${FIREWORKS}/qwen2p5-coder-32b-instruct`, input: '0.9', output: '0.9' },
  { model: 'openrouter/deepseek/deepseek-r1', input: '0.55', output: '2.19' },
  { model: 'openrouter/qwen/qwen-2.5-coder-32b-instruct', input: '0.18', output: '0.18' },
];

export const routedCards: RateCard[] = [
  ...cardsOf({ source: 'genai-prices 0.1.8 (openrouter)', sourceDate: '2026-11-21' }, OPENROUTER),
  ...cardsOf({ source: 'genai-prices 0.1.8 (mistral)', sourceDate: '2026-11-21' }, MISTRAL),
  ...cardsOf(
    { source: 'list prices recorded by aider, 2024-08 to 2025-03', sourceDate: '2026-11-21' },
    RECORDED,
  ),
];
