import { spokenText } from '../answer.ts';
import { isObject } from '../json.ts';
import type { ModelFacts } from '../model-facts.ts';
import { allPromptTokens, cacheWriteTokens, type Frame, type Reply } from '../reply.ts';
import { countTokens, deltasOf } from '../tokens.ts';
import { chatBody, chatFrames } from './chat.ts';
import { converseBody, converseFrames } from './converse.ts';
import { messagesBody, messagesFrames } from './messages.ts';

/** An answer of InvokeModel, in the format of the model's maker. */
export function invokeBody(reply: Reply, { family }: ModelFacts): object {
  switch (family) {
    case 'anthropic':
      return messagesBody(reply);
    case 'nova':
      return converseBody(reply);
    case 'llama':
      return { generation: spokenText(reply.answer), ...llamaFacts(reply) };
    default:
      return chatBody(reply);
  }
}

/** The chunks of InvokeModelWithResponseStream. The last one also holds Bedrock's own counts. */
export function invokeFrames(reply: Reply, facts: ModelFacts): Frame[] {
  const frames = makerFrames(reply, facts).filter(({ data }) => isObject(data));
  const last = frames.at(-1);
  if (last !== undefined && isObject(last.data)) {
    last.data = { ...last.data, 'amazon-bedrock-invocationMetrics': invocationMetrics(reply) };
  }
  return frames.map(({ data, tokens }) => ({
    event: 'chunk',
    data: { bytes: Buffer.from(JSON.stringify(data)).toString('base64') },
    tokens,
  }));
}

function makerFrames(reply: Reply, { family }: ModelFacts): Frame[] {
  switch (family) {
    case 'anthropic':
      return messagesFrames(reply);
    case 'nova':
      return converseFrames(reply).map(({ event = '', data, tokens }) => ({
        data: { [event]: data },
        tokens,
      }));
    case 'llama': {
      const open = { prompt_token_count: null, generation_token_count: null, stop_reason: null };
      return [
        ...deltasOf(spokenText(reply.answer)).map((generation) => ({
          data: { generation, ...open },
          tokens: countTokens(generation),
        })),
        { data: { generation: '', ...llamaFacts(reply) }, tokens: 0 },
      ];
    }
    default:
      return chatFrames({ ...reply, includesUsage: true });
  }
}

const llamaFacts = (reply: Reply): object => ({
  prompt_token_count: allPromptTokens(reply.usage),
  generation_token_count: reply.answer.outputTokens,
  stop_reason: reply.answer.stop === 'length' ? 'length' : 'stop',
});

const invocationMetrics = ({ usage, answer, latencyMs, firstTokenMs }: Reply): object => ({
  inputTokenCount: usage.inputTokens,
  outputTokenCount: answer.outputTokens,
  invocationLatency: latencyMs,
  firstByteLatency: firstTokenMs,
  cacheReadInputTokenCount: usage.cacheReadTokens,
  cacheWriteInputTokenCount: cacheWriteTokens(usage),
});

/** The headers that tell the counts of InvokeModel. */
export const countHeaders = ({ usage, answer, latencyMs }: Reply): Record<string, string> => ({
  'x-amzn-bedrock-input-token-count': String(usage.inputTokens),
  'x-amzn-bedrock-output-token-count': String(answer.outputTokens),
  'x-amzn-bedrock-cache-read-input-token-count': String(usage.cacheReadTokens),
  'x-amzn-bedrock-cache-write-input-token-count': String(cacheWriteTokens(usage)),
  'x-amzn-bedrock-invocation-latency': String(latencyMs),
});
