import type OpenAI from 'openai';
import { guarded, type Payer, settledStream, withMembers } from './guard.ts';
import type { AiRequest, Purser } from './purser.ts';

type Create = OpenAI['chat']['completions']['create'];
type Params = Parameters<Create>[0];
type Options = Parameters<Create>[1];
type Stream = AsyncIterable<OpenAI.ChatCompletionChunk> & object;

/**
 * An OpenAI client whose Chat Completions spend under a reservation. `create` returns a plain promise,
 * and streams settle when they are read to their end. What else the client can do is not guarded.
 * @throws PurserError instead of an answer, if a budget does not allow the call
 */
export function guardOpenAI<Client extends OpenAI>(
  client: Client,
  purser: Purser,
  payer: Payer,
): Client {
  async function create(params: Params, options?: Options) {
    const isStream = params.stream === true;
    const wantsUsage = isStream && params.stream_options?.include_usage === true;
    const { answer, reservation } = await guarded(purser, {
      request: requestOf(params, payer),
      make: async ({ model }) =>
        client.chat.completions.create(
          {
            ...params,
            ...(payer.candidates ? { model } : {}),
            ...(isStream
              ? { stream_options: { ...params.stream_options, include_usage: true } }
              : {}),
          },
          options,
        ),
      reportOf: (completion) => (isStream ? undefined : reportIn(completion)),
    });
    if (!isStream) return answer;
    const stream = answer as Stream;
    const events = settledStream(
      purser,
      reservation,
      stream,
      (chunk) => (chunk.usage ? { ...chunk } : undefined),
      (chunk) => !wantsUsage && chunk.choices.length === 0 && Boolean(chunk.usage),
    );
    return withMembers(stream, { [Symbol.asyncIterator]: () => events });
  }
  const completions = withMembers(client.chat.completions, { create });
  return withMembers(client, { chat: withMembers(client.chat, { completions }) });
}

const reportIn = (completion: object): Record<string, unknown> =>
  completion as Record<string, unknown>;

function requestOf(params: Params, payer: Payer): AiRequest {
  const { model, messages, tools, max_completion_tokens, max_tokens, n } = params;
  const most = max_completion_tokens ?? max_tokens ?? undefined;
  const told = tools ? [{ role: 'system' as const, content: JSON.stringify(tools) }] : [];
  return {
    downgrade: payer.candidates !== undefined,
    ...payer,
    model,
    messages: [
      ...told,
      ...messages.map(({ role, ...rest }) => ({ role: roleOf(role), content: textOf(rest) })),
    ],
    ...(most === undefined ? {} : { maxOutputTokens: most * (n ?? 1) }),
  };
}

const roleOf = (role: string): 'system' | 'user' | 'assistant' | 'tool' =>
  role === 'user' || role === 'assistant' || role === 'tool' ? role : 'system';

/** Everything that the provider reads as text. */
const textOf = (message: object): string => JSON.stringify(message);
