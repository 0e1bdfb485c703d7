import type { ModelApi } from '../gateway/wire-format.ts';
import { modelStem } from '../pricing/model-id.ts';

/**
 * The APIs by which Amazon Bedrock serves models, by the beginning of their stems; the first match
 * counts.
 */
const APIS: readonly (readonly [stem: RegExp, apis: readonly ModelApi[]])[] = [
  [/embed/, ['embeddings', 'invoke']],
  [/^anthropic\.claude-(?:v2|instant)/, ['converse', 'invoke']],
  [/^anthropic\./, ['messages', 'converse', 'invoke']],
  [/^openai\./, ['chat', 'responses', 'converse', 'invoke']],
  [
    /^(?:deepseek\.v3|qwen|mistral\.(?:ministral|magistral|mistral-large-3|devstral)|moonshotai|minimax|zai|google|nvidia|xai)/,
    ['chat', 'converse', 'invoke'],
  ],
];

/** The APIs by which Amazon Bedrock serves a model; others than these only by Converse and invocation. */
export function bedrockApisOf(model: string): readonly ModelApi[] {
  const stem = modelStem(model);
  return APIS.find(([pattern]) => pattern.test(stem))?.[1] ?? ['converse', 'invoke'];
}
