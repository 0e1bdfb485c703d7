import type { AnswerBlock, Stop } from '../answer.ts';
import { cacheWriteTokens, type Frame, type Reply } from '../reply.ts';
import { countTokens, deltasOf } from '../tokens.ts';

const STOP_REASONS: Record<Stop, string> = {
  end: 'end_turn',
  length: 'max_tokens',
  stopSequence: 'stop_sequence',
  toolUse: 'tool_use',
  filtered: 'refusal',
  refusal: 'refusal',
};

/** An answer of the Messages API. */
export function messagesBody(reply: Reply): object {
  const { answer } = reply;
  return {
    ...message(reply),
    content: answer.blocks.map(contentBlock),
    stop_reason: STOP_REASONS[answer.stop],
    stop_sequence: answer.stopSequence ?? null,
    usage: { ...promptUsage(reply), output_tokens: answer.outputTokens },
  };
}

/** The events of a streamed answer of the Messages API. */
export function messagesFrames(reply: Reply): Frame[] {
  const { answer } = reply;
  return [
    frame('message_start', {
      message: {
        ...message(reply),
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { ...promptUsage(reply), output_tokens: Math.min(1, answer.outputTokens) },
      },
    }),
    ...answer.blocks.flatMap(blockFrames),
    frame('message_delta', {
      delta: {
        stop_reason: STOP_REASONS[answer.stop],
        stop_sequence: answer.stopSequence ?? null,
      },
      usage: { ...countsOf(reply), output_tokens: answer.outputTokens },
    }),
    frame('message_stop', {}),
  ];
}

const message = ({ answer, model }: Reply): object => ({
  id: `msg_bdrk_${answer.id}`,
  type: 'message',
  role: 'assistant',
  model: makersName(model),
});

/** Claude calls itself as Anthropic does, whatever the profile: `claude-haiku-4-5-20251001`. */
const makersName = (model: string): string =>
  model.replace(/^.*anthropic\./, '').replace(/-v\d+(?::\d+)?$/, '');

const countsOf = ({ usage }: Reply): object => ({
  input_tokens: usage.inputTokens,
  cache_creation_input_tokens: cacheWriteTokens(usage),
  cache_read_input_tokens: usage.cacheReadTokens,
});

const promptUsage = (reply: Reply): object => ({
  ...countsOf(reply),
  cache_creation: {
    ephemeral_5m_input_tokens: reply.usage.cacheWrite5mTokens,
    ephemeral_1h_input_tokens: reply.usage.cacheWrite1hTokens,
  },
});

const frame = (event: string, data: object, tokens = 0): Frame => ({
  event,
  data: { type: event, ...data },
  tokens,
});

function contentBlock(block: AnswerBlock): object {
  switch (block.kind) {
    case 'text':
      return { type: 'text', text: block.text };
    case 'reasoning':
      return { type: 'thinking', thinking: block.text, signature: block.signature };
    case 'toolUse':
      return { type: 'tool_use', id: toolUseId(block.id), name: block.name, input: block.input };
  }
}

const toolUseId = (id: string): string => `toolu_bdrk_${id}`;

function blockFrames(block: AnswerBlock, index: number): Frame[] {
  const start = (content: object, tokens = 0): Frame =>
    frame('content_block_start', { index, content_block: content }, tokens);
  const delta = (part: object, tokens: number): Frame =>
    frame('content_block_delta', { index, delta: part }, tokens);
  const deltas = (text: string, part: (text: string) => object): Frame[] =>
    deltasOf(text).map((piece) => delta(part(piece), countTokens(piece)));
  const stop = frame('content_block_stop', { index });
  switch (block.kind) {
    case 'text':
      return [
        start({ type: 'text', text: '' }),
        ...deltas(block.text, (text) => ({ type: 'text_delta', text })),
        stop,
      ];
    case 'reasoning':
      return [
        start({ type: 'thinking', thinking: '', signature: '' }),
        ...deltas(block.text, (thinking) => ({ type: 'thinking_delta', thinking })),
        delta({ type: 'signature_delta', signature: block.signature }, 0),
        stop,
      ];
    case 'toolUse': {
      const { name } = block;
      return [
        start({ type: 'tool_use', id: toolUseId(block.id), name, input: {} }, countTokens(name)),
        ...deltas(block.inputText, (json) => ({ type: 'input_json_delta', partial_json: json })),
        stop,
      ];
    }
  }
}
