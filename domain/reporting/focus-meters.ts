import type { Meter } from '../pricing/rate.ts';

/** What FOCUS calls a meter, and the unit in which it counts. */
type MeterFacts = { name: string; unit: string };

/** `cacheWriteTokens` are those that last five minutes, as line items count them. */
const METERS: Readonly<Record<Meter, MeterFacts>> = {
  inputTokens: { name: 'Input Tokens', unit: 'Tokens' },
  outputTokens: { name: 'Output Tokens', unit: 'Tokens' },
  cacheReadTokens: { name: 'Cache Read Tokens', unit: 'Tokens' },
  cacheWriteTokens: { name: 'Five-Minute Cache Write Tokens', unit: 'Tokens' },
  cacheWriteOneHourTokens: { name: 'One-Hour Cache Write Tokens', unit: 'Tokens' },
  images: { name: 'Images', unit: 'Images' },
  queries: { name: 'Requests', unit: 'Requests' },
  webSearches: { name: 'Web Searches', unit: 'Searches' },
  audioInputTokens: { name: 'Audio Input Tokens', unit: 'Tokens' },
  audioOutputTokens: { name: 'Audio Output Tokens', unit: 'Tokens' },
  cacheReadAudioTokens: { name: 'Audio Cache Read Tokens', unit: 'Tokens' },
  imageInputTokens: { name: 'Image Input Tokens', unit: 'Tokens' },
  imageOutputTokens: { name: 'Image Output Tokens', unit: 'Tokens' },
  cacheReadImageTokens: { name: 'Image Cache Read Tokens', unit: 'Tokens' },
  cacheWriteThirtyMinuteTokens: { name: 'Thirty-Minute Cache Write Tokens', unit: 'Tokens' },
  cacheWriteTwelveHourTokens: { name: 'Twelve-Hour Cache Write Tokens', unit: 'Tokens' },
  reasoningTokens: { name: 'Reasoning Tokens', unit: 'Tokens' },
  citationTokens: { name: 'Citation Tokens', unit: 'Tokens' },
  searchSources: { name: 'Search Sources', unit: 'Sources' },
  fileSearches: { name: 'File Searches', unit: 'Searches' },
  toolCalls: { name: 'Tool Calls', unit: 'Calls' },
  codeExecutions: { name: 'Code Executions', unit: 'Executions' },
  containerSeconds: { name: 'Container Seconds', unit: 'Seconds' },
  videoSeconds: { name: 'Video Seconds', unit: 'Seconds' },
  audioSeconds: { name: 'Audio Seconds', unit: 'Seconds' },
  characters: { name: 'Characters', unit: 'Characters' },
  pages: { name: 'Pages', unit: 'Pages' },
  classifications: { name: 'Classifications', unit: 'Texts' },
  trainedTokens: { name: 'Trained Tokens', unit: 'Tokens' },
  gpuSeconds: { name: 'GPU Seconds', unit: 'Seconds' },
  storedModelMonths: { name: 'Stored Model Months', unit: 'Months' },
  modelUnitHours: { name: 'Model Unit Hours', unit: 'Hours' },
};

export const meterName = (meter: Meter): string => METERS[meter].name;

export const consumedUnit = (meter: Meter): string => METERS[meter].unit;

/** What one price buys: `1000000 Tokens` or `Images`. */
export const pricingUnit = (meter: Meter, perMillion: boolean): string =>
  perMillion ? `1000000 ${METERS[meter].unit}` : METERS[meter].unit;
