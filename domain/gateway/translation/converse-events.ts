import { type Failure, failureOfProvider } from '../failure.ts';
import type { JsonObject, StreamEvent } from '../wire-format.ts';
import { type AnswerUsage, answerUsageOf, stopSequenceOf } from './converse-answer.ts';
import { countOf, isObject, parsedJson, textOf } from './reading.ts';

/** What one event of a Converse stream says. `block` is its `contentBlockIndex`. */
export type ConverseEvent =
  | { kind: 'call'; block: number; id: string; name: string }
  | { kind: 'input'; block: number; text: string }
  | { kind: 'text'; block: number; text: string }
  | { kind: 'reasoning'; block: number; text: string }
  | { kind: 'signature'; block: number; signature: string }
  | { kind: 'redacted'; block: number; data: string }
  | { kind: 'citation'; block: number; citation: JsonObject }
  | { kind: 'end'; block: number }
  | { kind: 'stop'; reason: string; sequence: string | undefined }
  | { kind: 'usage'; usage: AnswerUsage; serviceTier: string | undefined }
  | { kind: 'failure'; failure: Failure };

/**
 * Reads an event of a Converse stream; `undefined` if it says nothing to a client of another format,
 * as the start of a message and blocks of tools that the provider runs.
 */
export function converseEventOf({ event, data }: StreamEvent): ConverseEvent | undefined {
  const payload = parsedJson(data);
  const body = isObject(payload) ? payload : {};
  const block = countOf(body, 'contentBlockIndex');
  switch (event) {
    case 'contentBlockStart':
      return startOf(body, block);
    case 'contentBlockDelta':
      return deltaOf(body, block);
    case 'contentBlockStop':
      return { kind: 'end', block };
    case 'messageStop':
      return {
        kind: 'stop',
        reason: textOf(body, 'stopReason') ?? 'end_turn',
        sequence: stopSequenceOf(body),
      };
    case 'metadata':
      return {
        kind: 'usage',
        usage: answerUsageOf(body['usage']),
        serviceTier: textOf(body['serviceTier'], 'type'),
      };
    default:
      return event?.endsWith('Exception') === true ? failureOf(event, body) : undefined;
  }
}

const failureOf = (name: string, body: JsonObject): ConverseEvent => ({
  kind: 'failure',
  failure: failureOfProvider({ status: 500, name, message: textOf(body, 'message') ?? '' }),
});

/** What a client is told if a stream ends before its answer does. */
export const brokenStream = (): Failure =>
  failureOfProvider({
    status: 424,
    name: 'ModelStreamErrorException',
    message: 'The stream of the model ended before its answer did. Send the request again.',
  });

function startOf(body: JsonObject, block: number): ConverseEvent | undefined {
  const call = isObject(body['start']) ? body['start']['toolUse'] : undefined;
  if (!isObject(call) || call['type'] !== undefined) return undefined;
  return {
    kind: 'call',
    block,
    id: textOf(call, 'toolUseId') ?? '',
    name: textOf(call, 'name') ?? '',
  };
}

function deltaOf(body: JsonObject, block: number): ConverseEvent | undefined {
  const delta = body['delta'];
  if (!isObject(delta)) return undefined;
  const text = textOf(delta, 'text');
  if (text !== undefined) return { kind: 'text', block, text };
  const input = textOf(delta['toolUse'], 'input');
  if (input !== undefined) return { kind: 'input', block, text: input };
  const citation = delta['citation'];
  if (isObject(citation)) return { kind: 'citation', block, citation };
  const reasoning = delta['reasoningContent'];
  const thought = textOf(reasoning, 'text');
  if (thought !== undefined) return { kind: 'reasoning', block, text: thought };
  const signature = textOf(reasoning, 'signature');
  if (signature !== undefined) return { kind: 'signature', block, signature };
  const data = textOf(reasoning, 'redactedContent');
  return data === undefined ? undefined : { kind: 'redacted', block, data };
}
