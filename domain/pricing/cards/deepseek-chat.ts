import type { CardFacts } from '../card-facts.ts';
import { GENAI_DEEPSEEK } from './sources.ts';

/**
 * DeepSeek's own API. Leaves out the off-peak discount, so that a reservation is never below the
 * daytime price.
 */
export const deepseekChat: readonly CardFacts[] = [
  {
    model: 'deepseek-chat',
    source: GENAI_DEEPSEEK,
    also: ['deepseek-coder'],
    input: '0.14',
    output: '0.28',
    cacheRead: '0.014',
  },
  {
    model: 'deepseek-chat',
    source: GENAI_DEEPSEEK,
    also: ['deepseek-coder'],
    from: '2025-02-08',
    input: '0.27',
    output: '1.1',
    cacheRead: '0.07',
  },
  {
    model: 'deepseek-reasoner',
    source: GENAI_DEEPSEEK,
    input: '0.55',
    output: '2.19',
    cacheRead: '0.14',
  },
];
