import type { CardFacts } from '../card-facts.ts';
import { GENAI_AND_MODELS_DEV, GENAI_GOOGLE } from './sources.ts';

/** Flash models that cost half until the end of 2026. */
const LAUNCH_OFFERS = ['gemini-3.6-flash', 'gemini-3.7-flash', 'gemini-3.8-flash'].flatMap(
  (model): CardFacts[] => [
    { model, source: GENAI_AND_MODELS_DEV, input: '0.75', output: '3.75', cacheRead: '0.075' },
    {
      model,
      source: GENAI_GOOGLE,
      from: '2027-01-01',
      input: '1.5',
      output: '7.5',
      cacheRead: '0.15',
      doubt: 'only genai-prices announces this price',
    },
  ],
);

/** Google Search: a grounded prompt up to Gemini 2.5, a query from Gemini 3 on (LiteLLM, Portkey). */
const GROUNDED = { webSearches: '0.035' };
const SEARCHING = { webSearches: '0.014' };

/** Gemini on Google's own API. Audio as genai-prices lists it. */
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
    units: { audioInputTokens: '0.7', cacheReadAudioTokens: '0.175', ...GROUNDED },
    source: GENAI_GOOGLE,
    also: ['gemini-2.0-flash-001'],
    input: '0.1',
    output: '0.4',
    cacheRead: '0.025',
  },
  {
    model: 'gemini-2.5-flash',
    units: { audioInputTokens: '1', cacheReadAudioTokens: '0.1', ...GROUNDED },
    source: GENAI_GOOGLE,
    input: '0.3',
    output: '2.5',
    cacheRead: '0.03',
  },
  {
    model: 'gemini-2.5-pro',
    units: GROUNDED,
    source: GENAI_GOOGLE,
    input: '1.25',
    output: '10',
    cacheRead: '0.125',
    longContext: { aboveInputTokens: 200_000, input: '2.5', output: '15', cacheRead: '0.25' },
  },
  {
    model: 'gemini-2.5-flash-lite',
    units: { audioInputTokens: '0.3', cacheReadAudioTokens: '0.03', ...GROUNDED },
    source: GENAI_AND_MODELS_DEV,
    input: '0.1',
    output: '0.4',
    cacheRead: '0.01',
  },
  {
    model: 'gemini-3-flash-preview',
    units: { audioInputTokens: '1', cacheReadAudioTokens: '0.1', ...SEARCHING },
    source: GENAI_AND_MODELS_DEV,
    input: '0.5',
    output: '3',
    cacheRead: '0.05',
  },
  {
    model: 'gemini-3.1-flash-lite',
    units: { audioInputTokens: '0.5', cacheReadAudioTokens: '0.05', ...SEARCHING },
    source: GENAI_AND_MODELS_DEV,
    also: ['gemini-3.1-flash-lite-preview'],
    input: '0.25',
    output: '1.5',
    cacheRead: '0.025',
  },
  {
    model: 'gemini-3.5-flash',
    units: SEARCHING,
    source: GENAI_AND_MODELS_DEV,
    input: '1.5',
    output: '9',
    cacheRead: '0.15',
  },
  {
    model: 'gemini-3.5-flash-lite',
    units: SEARCHING,
    source: GENAI_AND_MODELS_DEV,
    input: '0.3',
    output: '2.5',
    cacheRead: '0.03',
  },
  {
    model: 'gemini-3.1-pro-preview',
    units: SEARCHING,
    source: GENAI_AND_MODELS_DEV,
    also: ['gemini-3.1-pro-preview-customtools'],
    input: '2',
    output: '12',
    cacheRead: '0.2',
    longContext: { aboveInputTokens: 200_000, input: '4', output: '18', cacheRead: '0.4' },
    doubt: 'only genai-prices lists the prices of long requests',
  },
  ...LAUNCH_OFFERS,
];
