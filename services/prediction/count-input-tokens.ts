import type { AiRequest } from '../../contracts/ai-request.ts';
import { estimateTokens } from '../../domain/tokens/estimate-tokens.ts';
import { profileOf } from '../../domain/tokens/text-profile.ts';

/** `upperTokens` is not exceeded by 99 of 100 prompts of each kind of content. */
export type InputCount = { tokens: number; upperTokens: number };

/** Tokens that chat formats add around each message, as OpenAI publishes for its own. */
const TOKENS_PER_MESSAGE = 4;

/**
 * Counts the input tokens of a request for any model: as stated, or estimated from its text as the
 * model's family counts. The text is read once for all models. Images and documents
 * have no text: images are priced by their number, documents are not part of the contract.
 */
export function inputCounter(request: AiRequest): (model: string) => InputCount {
  const { inputTokens } = request;
  if (inputTokens !== undefined) return () => ({ tokens: inputTokens, upperTokens: inputTokens });
  const { prompt, messages = [] } = request;
  const texts = messages.flatMap(({ content }) => textsOf(content));
  const profiles = (prompt === undefined ? texts : [prompt, ...texts]).map(profileOf);
  return (model) => {
    let tokens = TOKENS_PER_MESSAGE * profiles.length;
    let upperTokens = 2 * tokens;
    for (const profile of profiles) {
      const estimate = estimateTokens(profile, model);
      tokens += estimate.tokens;
      upperTokens += estimate.upperTokens;
    }
    return { tokens, upperTokens };
  };
}

/** The texts of a request with who says them; a lone prompt is said by the user. */
export function messagesOf({ prompt, messages = [] }: AiRequest): { role: string; text: string }[] {
  const said = messages.map(({ role, content }) => ({ role, text: textsOf(content).join('\n') }));
  return prompt === undefined ? said : [{ role: 'user', text: prompt }, ...said];
}

type Content = NonNullable<AiRequest['messages']>[number]['content'];

const textsOf = (content: Content): string[] =>
  typeof content === 'string' ? [content] : content.map(({ text }) => text);
