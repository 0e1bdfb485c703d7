import type { AnswerBlock, Stop } from '../answer.ts';
import { allPromptTokens, cacheWriteTokens, type Frame, type Reply } from '../reply.ts';
import { countTokens, deltasOf } from '../tokens.ts';

const STOP_REASONS: Record<Stop, string> = {
  end: 'end_turn',
  length: 'max_tokens',
  stopSequence: 'stop_sequence',
  toolUse: 'tool_use',
  filtered: 'content_filtered',
  refusal: 'content_filtered',
};

/** An answer of Converse. */
export function converseBody(reply: Reply): object {
  return {
    metrics: { latencyMs: reply.latencyMs },
    output: { message: { role: 'assistant', content: reply.answer.blocks.map(contentBlock) } },
    stopReason: STOP_REASONS[reply.answer.stop],
    usage: converseUsage(reply),
    ...tierOf(reply),
  };
}

/** The events of ConverseStream. */
export function converseFrames(reply: Reply): Frame[] {
  const { answer } = reply;
  return [
    frame('messageStart', { role: 'assistant' }),
    ...answer.blocks.flatMap(blockFrames),
    frame('messageStop', { stopReason: STOP_REASONS[answer.stop] }),
    frame('metadata', {
      usage: converseUsage(reply),
      metrics: { latencyMs: reply.latencyMs },
      ...tierOf(reply),
    }),
  ];
}

const tierOf = ({ serviceTier }: Reply): object =>
  serviceTier === undefined ? {} : { serviceTier: { type: serviceTier } };

const frame = (event: string, data: object, tokens = 0): Frame => ({ event, data, tokens });

function contentBlock(block: AnswerBlock): object {
  switch (block.kind) {
    case 'text':
      return { text: block.text };
    case 'reasoning':
      return {
        reasoningContent: { reasoningText: { text: block.text, signature: block.signature } },
      };
    case 'toolUse':
      return { toolUse: { toolUseId: toolUseId(block.id), name: block.name, input: block.input } };
  }
}

const toolUseId = (id: string): string => `tooluse_${id}`;

function blockFrames(block: AnswerBlock, contentBlockIndex: number): Frame[] {
  const delta = (part: object, tokens: number): Frame =>
    frame('contentBlockDelta', { contentBlockIndex, delta: part }, tokens);
  const deltas = (text: string, part: (text: string) => object): Frame[] =>
    deltasOf(text).map((piece) => delta(part(piece), countTokens(piece)));
  const stop = frame('contentBlockStop', { contentBlockIndex });
  switch (block.kind) {
    case 'text':
      return [...deltas(block.text, (text) => ({ text })), stop];
    case 'reasoning':
      return [
        ...deltas(block.text, (text) => ({ reasoningContent: { text } })),
        delta({ reasoningContent: { signature: block.signature } }, 0),
        stop,
      ];
    case 'toolUse': {
      const start = { toolUse: { toolUseId: toolUseId(block.id), name: block.name } };
      return [
        frame('contentBlockStart', { contentBlockIndex, start }, countTokens(block.name)),
        ...deltas(block.inputText, (input) => ({ toolUse: { input } })),
        stop,
      ];
    }
  }
}

/** `inputTokens` leaves cached tokens out; `totalTokens` counts them. */
export function converseUsage({ usage, answer }: Reply): object {
  const details = [
    { ttl: '1h', inputTokens: usage.cacheWrite1hTokens },
    { ttl: '5m', inputTokens: usage.cacheWrite5mTokens },
  ].filter(({ inputTokens }) => inputTokens > 0);
  return {
    inputTokens: usage.inputTokens,
    outputTokens: answer.outputTokens,
    totalTokens: allPromptTokens(usage) + answer.outputTokens,
    cacheReadInputTokens: usage.cacheReadTokens,
    cacheWriteInputTokens: cacheWriteTokens(usage),
    ...(details.length > 0 && { cacheDetails: details }),
  };
}
