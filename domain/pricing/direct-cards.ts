import { cardsOf, type CardFacts } from './card-facts.ts';
import type { RateCard } from './rate-card.ts';

const OPENAI: CardFacts[] = [
  {
    model: 'gpt-4o',
    also: ['gpt-4o-2024-08-06', 'gpt-4o-2024-11-20'],
    input: '2.5',
    output: '10',
    cacheRead: '1.25',
    batchPercent: 50,
  },
  { model: 'gpt-4o-2024-05-13', input: '5', output: '15', batchPercent: 50 },
  {
    model: 'gpt-4o-mini',
    also: ['gpt-4o-mini-2024-07-18'],
    input: '0.15',
    output: '0.6',
    cacheRead: '0.075',
    batchPercent: 50,
  },
  {
    model: 'gpt-4-turbo',
    also: ['gpt-4-turbo-2024-04-09', 'gpt-4-0125-preview', 'gpt-4-1106-preview', 'gpt-4-1106'],
    input: '10',
    output: '30',
    batchPercent: 50,
  },
  {
    model: 'gpt-4',
    also: ['gpt-4-0314', 'gpt-4-0613'],
    input: '30',
    output: '60',
    batchPercent: 50,
  },
  {
    model: 'gpt-3.5-turbo',
    also: ['gpt-3.5-turbo-0125'],
    input: '0.5',
    output: '1.5',
    batchPercent: 50,
  },
  { model: 'gpt-3.5-turbo-1106', input: '1', output: '2', batchPercent: 50 },
  {
    model: 'gpt-4.1',
    also: ['gpt-4.1-2025-04-14'],
    input: '2',
    output: '8',
    cacheRead: '0.5',
    batchPercent: 50,
  },
  {
    model: 'gpt-4.1-mini',
    also: ['gpt-4.1-mini-2025-04-14'],
    input: '0.4',
    output: '1.6',
    cacheRead: '0.1',
    batchPercent: 50,
  },
  {
    model: 'gpt-4.1-nano',
    also: ['gpt-4.1-nano-2025-04-14'],
    input: '0.1',
    output: '0.4',
    cacheRead: '0.025',
    batchPercent: 50,
  },
  {
    model: 'gpt-5',
    also: ['gpt-5-2025-08-07'],
    input: '1.25',
    output: '10',
    cacheRead: '0.125',
    batchPercent: 50,
  },
  {
    model: 'gpt-5-mini',
    also: ['gpt-5-mini-2025-08-07'],
    input: '0.25',
    output: '2',
    cacheRead: '0.025',
    batchPercent: 50,
  },
  {
    model: 'gpt-5-nano',
    also: ['gpt-5-nano-2025-08-07'],
    input: '0.05',
    output: '0.4',
    cacheRead: '0.005',
    batchPercent: 50,
  },
  {
    model: 'o1',
    also: ['o1-2024-12-17', 'o1-preview', 'o1-preview-2024-09-12'],
    input: '15',
    output: '60',
    cacheRead: '7.5',
  },
  {
    model: 'o1-mini',
    also: ['o1-mini-2024-09-12'],
    input: '1.1',
    output: '4.4',
    cacheRead: '0.55',
  },
  {
    model: 'o3-mini',
    also: ['o3-mini-2025-01-31'],
    input: '1.1',
    output: '4.4',
    cacheRead: '0.55',
    batchPercent: 50,
  },
  {
    model: 'o3',
    also: ['o3-2025-04-16'],
    input: '10',
    output: '40',
    cacheRead: '0.5',
    batchPercent: 50,
  },
  {
    model: 'o3',
    also: ['o3-2025-04-16'],
    from: '2025-06-10',
    input: '2',
    output: '8',
    cacheRead: '0.5',
    batchPercent: 50,
  },
  {
    model: 'o4-mini',
    also: ['o4-mini-2025-04-16'],
    input: '1.1',
    output: '4.4',
    cacheRead: '0.275',
    batchPercent: 50,
  },
];

const GOOGLE: CardFacts[] = [
  {
    model: 'gemini-1.5-flash',
    also: ['gemini-1.5-flash-001', 'gemini-1.5-flash-002'],
    input: '0.075',
    output: '0.3',
    cacheRead: '0.01875',
    longContext: { aboveInputTokens: 128_000, input: '0.15', output: '0.6', cacheRead: '0.0375' },
  },
  {
    model: 'gemini-1.5-flash-8b',
    input: '0.0375',
    output: '0.15',
    cacheRead: '0.01',
    longContext: { aboveInputTokens: 128_000, input: '0.075', output: '0.3', cacheRead: '0.02' },
  },
  {
    model: 'gemini-1.5-pro',
    also: ['gemini-1.5-pro-001', 'gemini-1.5-pro-002'],
    input: '1.25',
    output: '5',
    longContext: { aboveInputTokens: 128_000, input: '2.5', output: '10' },
  },
  {
    model: 'gemini-2.0-flash',
    also: ['gemini-2.0-flash-001'],
    input: '0.1',
    output: '0.4',
    cacheRead: '0.025',
  },
  { model: 'gemini-2.5-flash', input: '0.3', output: '2.5', cacheRead: '0.03' },
  {
    model: 'gemini-2.5-pro',
    input: '1.25',
    output: '10',
    cacheRead: '0.125',
    longContext: { aboveInputTokens: 200_000, input: '2.5', output: '15', cacheRead: '0.25' },
  },
];

/** Leaves out the off-peak discount, so that a reservation is never below the daytime price. */
const DEEPSEEK: CardFacts[] = [
  {
    model: 'deepseek-chat',
    also: ['deepseek-coder'],
    input: '0.14',
    output: '0.28',
    cacheRead: '0.014',
  },
  {
    model: 'deepseek-chat',
    also: ['deepseek-coder'],
    from: '2025-02-08',
    input: '0.27',
    output: '1.1',
    cacheRead: '0.07',
  },
  { model: 'deepseek-reasoner', input: '0.55', output: '2.19', cacheRead: '0.14' },
];

/** Models that callers reach through their makers, not through Bedrock. */
export const directCards: RateCard[] = [
  ...cardsOf({ source: 'genai-prices 0.1.8 (openai)', sourceDate: '2026-09-23' }, OPENAI),
  ...cardsOf({ source: 'genai-prices 0.1.8 (google)', sourceDate: '2026-09-23' }, GOOGLE),
  ...cardsOf(
    {
      source: 'genai-prices 0.1.8 (deepseek); before 2025-02-08 list prices recorded by aider',
      sourceDate: '2026-09-23',
    },
    DEEPSEEK,
  ),
];
