import type Anthropic from '@anthropic-ai/sdk';
import { guarded, type Payer, settledStream, withMembers } from './guard.ts';
import type { AiRequest, Purser } from './purser.ts';

type Create = Anthropic['messages']['create'];
type Params = Parameters<Create>[0];
type Options = Parameters<Create>[1];
type Stream = AsyncIterable<Anthropic.MessageStreamEvent> & object;
type Report = Record<string, unknown>;

/**
 * An Anthropic client whose `messages.create` spends under a reservation, plain and streamed. It returns
 * a plain promise, and streams settle when they are read to their end. What else the client can do is not
 * guarded.
 * @throws PurserError instead of an answer, if a budget does not allow the call
 */
export function guardAnthropic<Client extends Anthropic>(
  client: Client,
  purser: Purser,
  payer: Payer,
): Client {
  async function create(params: Params, options?: Options) {
    const { answer, reservation } = await guarded(purser, {
      request: requestOf(params, payer),
      make: async ({ model }) =>
        client.messages.create(payer.candidates ? { ...params, model } : params, options),
      reportOf: (message) => (params.stream ? undefined : (message as object as Report)),
    });
    if (!params.stream) return answer;
    const stream = answer as Stream;
    const events = settledStream(purser, reservation, stream, reportIn);
    return withMembers(stream, { [Symbol.asyncIterator]: () => events });
  }
  return withMembers(client, { messages: withMembers(client.messages, { create }) });
}

/** The last counts are those that hold; what only the first event has stays. */
function reportIn(event: Anthropic.MessageStreamEvent, earlier: Report | undefined) {
  if (event.type === 'message_start') return { ...event.message.usage };
  if (event.type !== 'message_delta') return undefined;
  const counts = Object.entries(event.usage).filter(([, count]) => count !== null);
  return { ...earlier, ...Object.fromEntries(counts) };
}

function requestOf(params: Params, payer: Payer): AiRequest {
  const { model, system, tools, messages, max_tokens } = params;
  const told = [system, tools].flatMap((part) =>
    part === undefined ? [] : [{ role: 'system' as const, content: textOf(part) }],
  );
  return {
    downgrade: payer.candidates !== undefined,
    ...payer,
    model,
    messages: [
      ...told,
      ...messages.map(({ role, content }) => ({
        role: role === 'assistant' ? ('assistant' as const) : ('user' as const),
        content: textOf(content),
      })),
    ],
    maxOutputTokens: max_tokens,
  };
}

const textOf = (content: unknown): string =>
  typeof content === 'string' ? content : JSON.stringify(content);
