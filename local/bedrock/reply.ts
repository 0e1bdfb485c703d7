import type { Answer } from './answer.ts';
import type { PromptUsage } from './prompt-cache.ts';

/** An answer with what the formats of the APIs also tell. */
export type Reply = {
  answer: Answer;
  /** The prompt's tokens. The output's are in the answer. */
  usage: PromptUsage;
  /** The model's id as the caller named it. */
  model: string;
  createdAtMs: number;
  /** How long the whole answer takes at real speed. */
  latencyMs: number;
  /** How long its first token takes at real speed. */
  firstTokenMs: number;
  /** The tier that serves it, if the request names one. */
  serviceTier?: string | undefined;
  /** Whether a stream of Chat Completions ends with the usage. */
  includesUsage: boolean;
};

/** One event of a streamed answer. */
export type Frame = {
  /** Its name, if the API names events. */
  event?: string;
  data: object | '[DONE]';
  /** How many tokens of the answer it brings. */
  tokens: number;
};

export const cacheWriteTokens = (usage: PromptUsage): number =>
  usage.cacheWrite5mTokens + usage.cacheWrite1hTokens;

/** The tokens of the whole prompt, cached or not. */
export const allPromptTokens = (usage: PromptUsage): number =>
  usage.inputTokens + usage.cacheReadTokens + cacheWriteTokens(usage);
