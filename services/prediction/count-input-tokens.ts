import type { AiRequest } from '../../contracts/ai-request.ts';
import { estimateTokens } from '../../domain/tokens/estimate-tokens.ts';
import { profileOf } from '../../domain/tokens/text-profile.ts';

/** 99 of 100 prompts of each kind of content stay at or below `upperTokens`. */
export type InputCount = {
  tokens: number;
  upperTokens: number;
  /** The part in the system messages that the prompt begins with; 0 without a text. */
  prefixTokens: number;
};

/** Tokens that chat formats add around each message, as published by OpenAI. */
const TOKENS_PER_MESSAGE = 4;

/**
 * Counts a request's input tokens for any model: as stated, or estimated from its text by the rules
 * of the model's family. Reads the text once for all models. Images and documents have no text: the
 * gateway estimates them (`furtherInput`), and other callers state their tokens.
 */
export function inputCounter(request: AiRequest): (model: string) => InputCount {
  const { inputTokens, furtherInput } = request;
  if (inputTokens !== undefined) {
    return () => ({ tokens: inputTokens, upperTokens: inputTokens, prefixTokens: 0 });
  }
  const { prompt, messages = [] } = request;
  const texts = messages.flatMap(({ content }) => textsOf(content));
  const first = messages.findIndex(({ role }) => role !== 'system');
  const leading = messages.slice(0, first === -1 ? undefined : first);
  const stable = prompt === undefined ? leading.flatMap(({ content }) => textsOf(content)) : [];
  const profiles = (prompt === undefined ? texts : [prompt, ...texts]).map(profileOf);
  return (model) => {
    const framing = TOKENS_PER_MESSAGE * profiles.length;
    let tokens = framing + (furtherInput?.tokens ?? 0);
    let upperTokens = 2 * framing + (furtherInput?.upperTokens ?? 0);
    let prefixTokens = TOKENS_PER_MESSAGE * stable.length;
    for (const [position, profile] of profiles.entries()) {
      const estimate = estimateTokens(profile, model);
      tokens += estimate.tokens;
      upperTokens += estimate.upperTokens;
      if (position < stable.length) prefixTokens += estimate.tokens;
    }
    return { tokens, upperTokens, prefixTokens };
  };
}

/** The texts of a request with their roles. A lone prompt has the role `user`. */
export function messagesOf({ prompt, messages = [] }: AiRequest): { role: string; text: string }[] {
  const said = messages.map(({ role, content }) => ({ role, text: textsOf(content).join('\n') }));
  return prompt === undefined ? said : [{ role: 'user', text: prompt }, ...said];
}

type Content = NonNullable<AiRequest['messages']>[number]['content'];

const textsOf = (content: Content): string[] =>
  typeof content === 'string' ? [content] : content.map(({ text }) => text);
