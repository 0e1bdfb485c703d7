import {
  type BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
  ConverseStreamCommand,
  type ConverseStreamCommandOutput,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { guarded, type Payer, settledStream, withMembers } from './guard.ts';
import type { AiRequest, Purser } from './purser.ts';

type Options = Parameters<BedrockRuntimeClient['send']>[1];

/**
 * A client of Amazon Bedrock whose Converse and ConverseStream spend under a reservation. Refuses every
 * other command, because it would spend unguarded: send those with the client itself.
 * @throws PurserError instead of an answer, if a budget does not allow the call
 */
export function guardBedrock(
  client: BedrockRuntimeClient,
  purser: Purser,
  payer: Payer,
): BedrockRuntimeClient {
  async function send(command: unknown, options?: Options): Promise<unknown> {
    if (command instanceof ConverseStreamCommand) {
      const { answer, reservation } = await guarded<ConverseStreamCommandOutput>(purser, {
        request: requestOf(command.input, payer),
        make: ({ model }) =>
          client.send(new ConverseStreamCommand(inputFor(command.input, payer, model)), options),
        reportOf: () => undefined,
      });
      const stream = answer.stream && settledStream(purser, reservation, answer.stream, reportIn);
      return { ...answer, stream };
    }
    if (!(command instanceof ConverseCommand)) {
      throw new TypeError('Only Converse and ConverseStream are guarded. Use one of these.');
    }
    const { answer } = await guarded<ConverseCommandOutput>(purser, {
      request: requestOf(command.input, payer),
      make: ({ model }) =>
        client.send(new ConverseCommand(inputFor(command.input, payer, model)), options),
      reportOf: ({ usage }) => ({ ...usage }),
    });
    return answer;
  }
  return withMembers(client, { send });
}

const inputFor = (
  input: ConverseCommandInput,
  payer: Payer,
  model: string,
): ConverseCommandInput => (payer.candidates ? { ...input, modelId: model } : input);

const reportIn = ({ metadata }: ConverseStreamOutput) =>
  metadata?.usage ? { ...metadata.usage } : undefined;

function requestOf(input: ConverseCommandInput, payer: Payer): AiRequest {
  const { modelId, system, toolConfig, messages = [], inferenceConfig } = input;
  const told = [system, toolConfig?.tools].flatMap((part) =>
    part === undefined ? [] : [{ role: 'system' as const, content: textOf(part) }],
  );
  const most = inferenceConfig?.maxTokens;
  return {
    downgrade: payer.candidates !== undefined,
    ...payer,
    model: modelId ?? '',
    messages: [
      ...told,
      ...messages.map(({ role, content }) => ({
        role: role === 'assistant' ? ('assistant' as const) : ('user' as const),
        content: textOf(content),
      })),
    ],
    ...(most === undefined ? {} : { maxOutputTokens: most }),
  };
}

/** Bytes of images and documents are no text. */
const textOf = (content: unknown): string =>
  JSON.stringify(content, (_, value: unknown) =>
    value instanceof Uint8Array ? `${value.length} bytes` : value,
  );
