import { contentOf, furtherInputOf } from '../gateway/content.ts';
import { estimateTokens } from '../tokens/estimate-tokens.ts';
import { profileOf } from '../tokens/text-profile.ts';

/** Tokens that chat formats add around each message, as published by OpenAI. */
export const TOKENS_PER_MESSAGE = 4;

/** Tokens of a message of any wire format, with its images and documents. */
export function messageTokens(message: unknown, model: string): number {
  const content = contentOf(message);
  const text = estimateTokens(profileOf(content.text), model).tokens;
  return text + furtherInputOf(content).tokens + TOKENS_PER_MESSAGE;
}
