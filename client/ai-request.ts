import { readingOf } from '../domain/gateway/reading.ts';
import type { JsonObject, ModelApi } from '../domain/gateway/wire-format.ts';
import type { AiRequest } from './purser.ts';

/** Who pays for the calls of a guarded client, and what else Purser should know of them. */
export type Payer = Pick<AiRequest, 'system' | 'userId'> &
  Partial<Omit<AiRequest, 'system' | 'userId' | 'model' | 'prompt' | 'messages' | 'inputTokens'>>;

/** Purser takes 900,000 characters and 2,000 messages. */
const MAX_CHARACTERS = 800_000;
const MAX_MESSAGES = 2_000;
const CHARACTERS_PER_TOKEN = 3;

/**
 * What Purser must know of a call: its text, which Purser counts. Images, documents and what is too
 * long are told by a number of tokens that is rather too large.
 */
export function requestOf(
  api: ModelApi,
  body: JsonObject,
  { model, payer }: { model: string; payer: Payer },
): AiRequest {
  const { messages, furtherInput, maxOutputTokens, answers } = readingOf(api, body);
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  const isText =
    furtherInput.upperTokens === 0 &&
    messages.length > 0 &&
    messages.length <= MAX_MESSAGES &&
    characters <= MAX_CHARACTERS;
  // Without a text, the input is tokens already.
  const told = messages.length === 0 ? JSON.stringify(body).length : characters;
  const inputTokens = Math.ceil(told / CHARACTERS_PER_TOKEN) + furtherInput.upperTokens;
  return {
    downgrade: payer.candidates !== undefined,
    ...payer,
    model,
    ...(isText ? { messages } : { inputTokens }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens: maxOutputTokens * answers }),
  };
}
