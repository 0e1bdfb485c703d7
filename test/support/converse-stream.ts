import type { StreamEvent } from '../../domain/gateway/wire-format.ts';

type Json = { readonly [name: string]: unknown };

/** An answer of Converse, of these blocks. */
export const converseAnswer = (
  content: readonly Json[],
  {
    stopReason = 'end_turn',
    ...rest
  }: { stopReason?: string; usage?: Json; serviceTier?: Json } = {},
): Json => ({
  output: { message: { role: 'assistant', content } },
  stopReason,
  usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15 },
  metrics: { latencyMs: 1 },
  ...rest,
});

/** The events of ConverseStream that give the same answer, in pieces of `size` characters. */
export function converseStream(answer: Json, size = 4): StreamEvent[] {
  const { message } = answer['output'] as { message: { content: Json[] } };
  const { usage, serviceTier } = answer as { usage: Json; serviceTier?: Json };
  return [
    event('messageStart', { role: 'assistant' }),
    ...message.content.flatMap((block, index) => blockEvents(block, index, size)),
    event('messageStop', { stopReason: answer['stopReason'] }),
    event('metadata', {
      usage,
      metrics: { latencyMs: 1 },
      ...(serviceTier ? { serviceTier } : {}),
    }),
  ];
}

export const event = (name: string, payload: Json): StreamEvent => ({
  event: name,
  data: JSON.stringify(payload),
});

const pieces = (text: string, size: number): string[] =>
  text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];

/** Converse announces only blocks of tools. */
function blockEvents(block: Json, contentBlockIndex: number, size: number): StreamEvent[] {
  const delta = (value: Json) => event('contentBlockDelta', { delta: value, contentBlockIndex });
  const stop = event('contentBlockStop', { contentBlockIndex });
  const call = block['toolUse'] as Json | undefined;
  if (call) {
    const { input, ...start } = call;
    const text = Object.keys(input as Json).length === 0 ? '' : JSON.stringify(input);
    return [
      event('contentBlockStart', { start: { toolUse: start }, contentBlockIndex }),
      ...pieces(text, size).map((piece) => delta({ toolUse: { input: piece } })),
      stop,
    ];
  }
  const reasoning = block['reasoningContent'] as Json | undefined;
  if (!reasoning) {
    return [...pieces(String(block['text']), size).map((text) => delta({ text })), stop];
  }
  const text = reasoning['reasoningText'] as { text: string; signature?: string } | undefined;
  if (!text) return [delta({ reasoningContent: reasoning }), stop];
  return [
    ...pieces(text.text, size).map((piece) => delta({ reasoningContent: { text: piece } })),
    ...(text.signature ? [delta({ reasoningContent: { signature: text.signature } })] : []),
    stop,
  ];
}
