import { type Answer, type AnswerBlock, spokenText, type Stop } from '../answer.ts';
import { allPromptTokens, type Frame, type Reply } from '../reply.ts';
import { countTokens, deltasOf } from '../tokens.ts';

const FINISH_REASONS: Record<Stop, string> = {
  end: 'stop',
  length: 'length',
  stopSequence: 'stop',
  toolUse: 'tool_calls',
  filtered: 'content_filter',
  refusal: 'content_filter',
};

/** An answer of Chat Completions. */
export function chatBody(reply: Reply): object {
  const { answer } = reply;
  const text = spokenText(answer);
  const reasoning = reasoningOf(answer);
  const calls = answer.blocks.filter((block) => block.kind === 'toolUse');
  return {
    ...head(reply, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' && calls.length > 0 ? null : text,
          refusal: null,
          ...(reasoning !== '' && { reasoning_content: reasoning }),
          ...(calls.length > 0 && {
            tool_calls: calls.map((block) => toolCall(block, block.inputText)),
          }),
        },
        logprobs: null,
        finish_reason: FINISH_REASONS[answer.stop],
      },
    ],
    usage: chatUsage(reply),
  };
}

/** The chunks of a streamed answer. Only those who asked for it get a chunk with the usage. */
export function chatFrames(reply: Reply): Frame[] {
  const { answer, includesUsage } = reply;
  const chunk = (choices: object[], tokens = 0, usage: object | null = null): Frame => ({
    data: {
      ...head(reply, 'chat.completion.chunk'),
      choices,
      ...(includesUsage && { usage }),
    },
    tokens,
  });
  const delta = (part: object, tokens = 0): Frame =>
    chunk([{ index: 0, delta: part, logprobs: null, finish_reason: null }], tokens);
  const deltas = (text: string, part: (text: string) => object): Frame[] =>
    deltasOf(text).map((piece) => delta(part(piece), countTokens(piece)));
  const blockFrames = (block: AnswerBlock): Frame[] => {
    switch (block.kind) {
      case 'text':
        return deltas(block.text, (content) => ({ content }));
      case 'reasoning':
        return deltas(block.text, (text) => ({ reasoning_content: text }));
      case 'toolUse': {
        const index = answer.blocks.filter(({ kind }) => kind === 'toolUse').indexOf(block);
        return [
          delta({ tool_calls: [{ index, ...toolCall(block, '') }] }, countTokens(block.name)),
          ...deltas(block.inputText, (text) => ({
            tool_calls: [{ index, function: { arguments: text } }],
          })),
        ];
      }
    }
  };
  const finish = FINISH_REASONS[answer.stop];
  return [
    delta({ role: 'assistant', content: '', refusal: null }),
    ...answer.blocks.flatMap(blockFrames),
    chunk([{ index: 0, delta: {}, logprobs: null, finish_reason: finish }]),
    ...(includesUsage ? [chunk([], 0, chatUsage(reply))] : []),
    { data: '[DONE]', tokens: 0 },
  ];
}

const head = ({ answer, model, createdAtMs }: Reply, object: string): object => ({
  id: `chatcmpl-${answer.id}`,
  object,
  created: Math.floor(createdAtMs / 1_000),
  model,
});

const reasoningOf = ({ blocks }: Answer): string =>
  blocks.flatMap((block) => (block.kind === 'reasoning' ? [block.text] : [])).join('');

const toolCall = ({ id, name }: { id: string; name: string }, text: string): object => ({
  id: `call_${id}`,
  type: 'function',
  function: { name, arguments: text },
});

/** `prompt_tokens` counts cached tokens, too. */
function chatUsage({ usage, answer }: Reply): object {
  const promptTokens = allPromptTokens(usage);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: answer.outputTokens,
    total_tokens: promptTokens + answer.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens },
    completion_tokens_details: { reasoning_tokens: answer.reasoningTokens },
  };
}
