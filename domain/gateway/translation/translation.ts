import type { Fault, JsonObject } from '../wire-format.ts';
import { chatAnswer } from './chat-answer.ts';
import { chatRequest } from './chat-request.ts';
import { chatStream } from './chat-stream.ts';
import type { AnswerFacts, StreamTranslation } from './facts.ts';
import { messagesAnswer } from './messages-answer.ts';
import { messagesRequest } from './messages-request.ts';
import { messagesStream } from './messages-stream.ts';
import { responsesAnswer } from './responses-answer.ts';
import { responsesRequest } from './responses-request.ts';
import { responsesStream } from './responses-stream.ts';
import { BadFieldError, isObject, textOf } from './reading.ts';

/** How one format of clients is served by Converse. */
export type Translation = {
  /**
   * The body of a Converse request, or what is wrong with the client's. Nothing that would change
   * the answer is left out silently.
   * @param model the provider's name of the model that serves; without it, the client's `model`
   */
  request: (
    body: JsonObject,
    model?: string,
  ) => { ok: true; body: JsonObject } | { ok: false; fault: Fault };
  /** The client's answer, from the body of Converse's. */
  answer: (answer: JsonObject, facts: AnswerFacts) => JsonObject;
  /** One per stream. */
  stream: (facts: AnswerFacts) => StreamTranslation;
};

type Parts = Omit<Translation, 'request'> & {
  /** @throws BadFieldError */
  request: (body: JsonObject, model: string) => JsonObject;
};

const TRANSLATIONS = {
  chat: { request: chatRequest, answer: chatAnswer, stream: chatStream },
  messages: { request: messagesRequest, answer: messagesAnswer, stream: messagesStream },
  responses: { request: responsesRequest, answer: responsesAnswer, stream: responsesStream },
} satisfies Record<string, Parts>;

/** Translates a format of clients to Converse and back. */
export function translationTo(api: keyof typeof TRANSLATIONS): Translation {
  const { request, answer, stream }: Parts = TRANSLATIONS[api];
  return {
    request: (body, model = textOf(body, 'model') ?? '') => {
      try {
        return { ok: true, body: request(isObject(body) ? body : {}, model) };
      } catch (error) {
        if (error instanceof BadFieldError) return { ok: false, fault: error.fault };
        throw error;
      }
    },
    answer,
    stream,
  };
}
