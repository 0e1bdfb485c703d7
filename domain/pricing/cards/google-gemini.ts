import type { CardFacts } from '../card-facts.ts';
import { GENAI_GOOGLE } from './sources.ts';

/** Gemini on Google's own API. */
export const googleGemini: readonly CardFacts[] = [
  {
    model: 'gemini-1.5-flash',
    source: GENAI_GOOGLE,
    also: ['gemini-1.5-flash-001', 'gemini-1.5-flash-002'],
    input: '0.075',
    output: '0.3',
    cacheRead: '0.01875',
    longContext: { aboveInputTokens: 128_000, input: '0.15', output: '0.6', cacheRead: '0.0375' },
  },
  {
    model: 'gemini-1.5-flash-8b',
    source: GENAI_GOOGLE,
    input: '0.0375',
    output: '0.15',
    cacheRead: '0.01',
    longContext: { aboveInputTokens: 128_000, input: '0.075', output: '0.3', cacheRead: '0.02' },
  },
  {
    model: 'gemini-1.5-pro',
    source: GENAI_GOOGLE,
    also: ['gemini-1.5-pro-001', 'gemini-1.5-pro-002'],
    input: '1.25',
    output: '5',
    longContext: { aboveInputTokens: 128_000, input: '2.5', output: '10' },
  },
  {
    model: 'gemini-2.0-flash',
    source: GENAI_GOOGLE,
    also: ['gemini-2.0-flash-001'],
    input: '0.1',
    output: '0.4',
    cacheRead: '0.025',
  },
  {
    model: 'gemini-2.5-flash',
    source: GENAI_GOOGLE,
    input: '0.3',
    output: '2.5',
    cacheRead: '0.03',
  },
  {
    model: 'gemini-2.5-pro',
    source: GENAI_GOOGLE,
    input: '1.25',
    output: '10',
    cacheRead: '0.125',
    longContext: { aboveInputTokens: 200_000, input: '2.5', output: '15', cacheRead: '0.25' },
  },
];
