import { invokeBody, invokeFrames } from './answers/invoke.ts';
import { chatBody, chatFrames } from './answers/chat.ts';
import { converseBody, converseFrames } from './answers/converse.ts';
import { messagesBody, messagesFrames } from './answers/messages.ts';
import { responsesBody, responsesFrames } from './answers/responses.ts';
import { encodeMessage } from './event-stream.ts';
import { anthropicFault, type BedrockFault, openAiFault } from './fault.ts';
import type { Json } from './json.ts';
import type { Api, ModelCall } from './model-call.ts';
import type { ModelFacts } from './model-facts.ts';
import type { Frame, Reply } from './reply.ts';
import { readChat } from './requests/chat.ts';
import { readConverse } from './requests/converse.ts';
import { readInvoke } from './requests/invoke.ts';
import { readMessages } from './requests/messages.ts';
import { readResponses } from './requests/responses.ts';

/** How one API is spoken. */
export type Format = {
  /** Reads a request. Throws a `BedrockFault` in the API's own words. */
  read(body: Json, facts: ModelFacts, betaHeader: string): ModelCall;
  body(reply: Reply, facts: ModelFacts): object;
  frames(reply: Reply, facts: ModelFacts): Frame[];
  streamType: string;
  encode(frame: Frame): Uint8Array | string;
  faultBody(fault: BedrockFault, requestId: string): object;
  /** A fault after the stream has begun. */
  faultInStream(fault: BedrockFault, requestId: string): Uint8Array | string;
  tooLong(tokens: number, facts: ModelFacts): string;
};

const nativeStream: Pick<
  Format,
  'streamType' | 'encode' | 'faultBody' | 'faultInStream' | 'tooLong'
> = {
  streamType: 'application/vnd.amazon.eventstream',
  encode: ({ event = '', data }) => encodeMessage('event', event, data as object),
  faultBody: ({ message }) => ({ message }),
  faultInStream: ({ exception, message }) =>
    encodeMessage('exception', memberName(exception), { message }),
  tooLong: () => 'Input is too long for requested model.',
};

/** The names of exceptions inside a stream begin with a small letter. */
function memberName(exception: string): string {
  const name = exception === 'ModelErrorException' ? 'ModelStreamErrorException' : exception;
  return name.charAt(0).toLowerCase() + name.slice(1);
}

const sentEvent = ({ event, data }: Pick<Frame, 'event' | 'data'>): string =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

const openAi: Pick<Format, 'streamType' | 'encode' | 'faultBody' | 'tooLong'> = {
  streamType: 'text/event-stream; charset=utf-8',
  encode: sentEvent,
  faultBody: openAiFault,
  tooLong: (tokens, { contextTokens }) =>
    `This model's maximum context length is ${contextTokens} tokens. However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`,
};

export const FORMATS: Record<Api, Format> = {
  converse: { ...nativeStream, read: readConverse, body: converseBody, frames: converseFrames },
  invoke: { ...nativeStream, read: readInvoke, body: invokeBody, frames: invokeFrames },
  chat: {
    ...openAi,
    read: readChat,
    body: chatBody,
    frames: chatFrames,
    faultInStream: (fault) => sentEvent({ data: openAiFault(fault) }),
  },
  responses: {
    ...openAi,
    read: readResponses,
    body: responsesBody,
    frames: responsesFrames,
    faultInStream: ({ exception, message }) =>
      sentEvent({ event: 'error', data: { type: 'error', code: exception, message, param: null } }),
  },
  messages: {
    read: readMessages,
    body: messagesBody,
    frames: messagesFrames,
    streamType: 'text/event-stream; charset=utf-8',
    encode: sentEvent,
    faultBody: anthropicFault,
    faultInStream: (fault, requestId) =>
      sentEvent({ event: 'error', data: anthropicFault(fault, requestId) }),
    tooLong: (tokens, { contextTokens }) =>
      `prompt is too long: ${tokens} tokens > ${contextTokens} maximum`,
  },
};
