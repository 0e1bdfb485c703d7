import {
  type BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandOutput,
  ConverseStreamCommand,
  type ConverseStreamCommandOutput,
  CountTokensCommand,
  InvokeModelCommand,
  type InvokeModelCommandOutput,
  InvokeModelWithResponseStreamCommand,
  type InvokeModelWithResponseStreamCommandOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { reportIn } from '../domain/gateway/call-usage.ts';
import { parsedObject } from '../domain/gateway/provider-error.ts';
import { createUsageMeter } from '../domain/gateway/usage-meter.ts';
import type { JsonObject, ModelApi, StreamEvent } from '../domain/gateway/wire-format.ts';
import { type Payer, requestOf } from './ai-request.ts';
import { lostBy, type OpenCall, openCall } from './open-call.ts';
import type { Purser } from './purser.ts';

type Send = BedrockRuntimeClient['send'];
type Options = Parameters<Send>[1];
type Spending =
  | ConverseCommand
  | ConverseStreamCommand
  | InvokeModelCommand
  | InvokeModelWithResponseStreamCommand;
type Answer = Partial<
  | ConverseCommandOutput
  | ConverseStreamCommandOutput
  | InvokeModelCommandOutput
  | InvokeModelWithResponseStreamCommandOutput
>;

/**
 * A client of Amazon Bedrock whose Converse and InvokeModel, plain and streamed, spend under a
 * reservation. Retries of the SDK belong to one reservation. Refuses every other command but
 * CountTokens, because it would spend unguarded: send those with the client itself.
 * @throws PurserError instead of an answer, if a budget does not allow the call
 */
export function guardBedrock(
  client: BedrockRuntimeClient,
  purser: Purser,
  payer: Payer,
): BedrockRuntimeClient {
  async function send(command: unknown, options?: Options): Promise<unknown> {
    const isFree = command instanceof CountTokensCommand || options?.abortSignal?.aborted;
    if (isFree) return client.send(command as CountTokensCommand, options);
    if (!isSpending(command)) {
      throw new TypeError('Only Converse and InvokeModel are guarded. Use one of these.');
    }
    const api: ModelApi = 'body' in command.input ? 'invoke' : 'converse';
    const model = command.input.modelId ?? '';
    const call = await openCall(purser, requestOf(api, bodyOf(command), { model, payer }));
    const own = watched(command, call, {
      modelId: payer.candidates ? call.model : model,
      signal: options?.abortSignal,
    });
    try {
      const answer = await client.send(own.command as ConverseCommand, options);
      return await settled(answer, { api, call, headers: own.headersOfAnswer() });
    } catch (error) {
      await call.end();
      throw error;
    }
  }
  return new Proxy(client, {
    get(target, name) {
      if (name === 'send') return send;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

const SPENDING = [
  ConverseCommand,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
];
const isSpending = (command: unknown): command is Spending =>
  SPENDING.some((each) => command instanceof each);

/** A body as JSON has it. */
function bodyOf({ input }: Spending): JsonObject {
  if (!('body' in input)) return plain(input) as JsonObject;
  const { body = '' } = input;
  if (typeof body === 'string') return parsedObject(body) ?? {};
  if (body instanceof Uint8Array) return parsedObject(new TextDecoder().decode(body)) ?? {};
  throw new TypeError('Send the body as a string or as bytes, so that it can be guarded.');
}

/** The same value with as many characters as JSON has for bytes. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return 'A'.repeat(Math.ceil((value.length * 4) / 3));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

/** The same command for one call, which takes note of each attempt. */
function watched(
  command: Spending,
  call: OpenCall,
  { modelId, signal }: { modelId: string; signal: NonNullable<Options>['abortSignal'] },
) {
  const Command = command.constructor as new (input: object) => ConverseCommand;
  const own = Object.assign(new Command({ ...command.input, modelId }), {
    middlewareStack: command.middlewareStack.clone() as ConverseCommand['middlewareStack'],
  });
  let headers: Record<string, string> = {};
  own.middlewareStack.add(
    (next) => async (args) => {
      const isSent = !signal?.aborted;
      try {
        const result = await next(args);
        ({ headers } = result.response as { headers: Record<string, string> });
        return result;
      } catch (error) {
        const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
        const status = $metadata?.httpStatusCode;
        const lost = isSent ? lostBy(error) : 'unconnected';
        call.noteFailed(status === undefined ? { lost } : { status });
        throw error;
      }
    },
    { step: 'deserialize', priority: 'high', name: 'purser', override: true },
  );
  return { command: own, headersOfAnswer: () => headers };
}

type Answered = { api: ModelApi; call: OpenCall; headers: Record<string, string> };

/** The same answer after it is settled; a stream is settled at its end. */
async function settled(answer: Answer, { api, call, headers }: Answered): Promise<Answer> {
  if ('stream' in answer && answer.stream) {
    return { ...answer, stream: metered(answer.stream, api, call) };
  }
  if ('body' in answer && answer.body && Symbol.asyncIterator in answer.body) {
    return { ...answer, body: metered(answer.body, api, call) };
  }
  await call.settle({ report: reportOf(answer, headers), outputCharacters: 0 });
  return answer;
}

function reportOf(answer: Answer, headers: Record<string, string>): JsonObject | undefined {
  if ('body' in answer && answer.body instanceof Uint8Array) {
    const report = reportIn(parsedObject(new TextDecoder().decode(answer.body)) ?? {}, headers);
    return { ...report, embedding: undefined, embeddings: undefined };
  }
  const { usage, serviceTier, stopReason } = answer as Partial<ConverseCommandOutput>;
  return usage && { usage, serviceTier, stopReason };
}

async function* metered<Event extends object>(
  events: AsyncIterable<Event>,
  api: ModelApi,
  call: OpenCall,
): AsyncGenerator<Event> {
  const meter = createUsageMeter(api);
  try {
    for await (const event of events) {
      meter.see(eventOf(event));
      yield event;
    }
  } finally {
    await call.settle(meter.read());
  }
}

/** An event as the wire has it: one member, whose bytes are in base64. */
function eventOf(all: object): StreamEvent {
  const [event, value] = (Object.entries(all)[0] ?? []) as [string?, { bytes?: unknown }?];
  const bytes = value?.bytes;
  if (!(bytes instanceof Uint8Array)) return { event, data: JSON.stringify(value) };
  return { event, data: JSON.stringify({ bytes: btoa(String.fromCodePoint(...bytes)) }) };
}
