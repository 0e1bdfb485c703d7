import { invalid } from '../fault.ts';
import { type Json, listOf, numberOf, objectOf, textOf } from '../json.ts';
import type { Family } from '../model-facts.ts';

/** Beta flags that Bedrock knows. */
const BETAS = new Set([
  'claude-code-20250219',
  'computer-use-2024-10-22',
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-1m-2025-08-07',
  'context-management-2025-06-27',
  'dev-full-thinking-2025-05-14',
  'effort-2025-11-24',
  'extended-cache-ttl-2025-04-11',
  'fine-grained-tool-streaming-2025-05-14',
  'interleaved-thinking-2025-05-14',
  'output-128k-2025-02-19',
  'prompt-caching-2024-07-31',
  'structured-outputs-2025-11-13',
  'token-efficient-tools-2025-02-19',
  'tool-examples-2025-10-29',
  'tool-search-tool-2025-10-19',
]);

/** Fields of a body, and the beta flag without which they are not known. */
const FIELDS = new Map<string, string | undefined>([
  ['anthropic_beta', undefined],
  ['anthropic_version', undefined],
  ['cache_control', undefined],
  ['max_tokens', undefined],
  ['messages', undefined],
  ['metadata', undefined],
  ['model', undefined],
  ['output_config', undefined],
  ['service_tier', undefined],
  ['stop_sequences', undefined],
  ['stream', undefined],
  ['system', undefined],
  ['temperature', undefined],
  ['thinking', undefined],
  ['tool_choice', undefined],
  ['tools', undefined],
  ['top_k', undefined],
  ['top_p', undefined],
  ['context_management', 'context-management-2025-06-27'],
  ['output_format', 'structured-outputs-2025-11-13'],
]);

const LEAST_THINKING_TOKENS = 1024;
/** How much a model thinks that decides for itself. */
const ADAPTIVE_TOKENS = 4096;

/** The flags of the header `anthropic-beta` and of the body's `anthropic_beta`. */
export const betasOf = (header: string, body: Json): string[] => [
  ...header
    .split(',')
    .map((flag) => flag.trim())
    .filter((flag) => flag !== ''),
  ...listOf(body['anthropic_beta']).map(textOf),
];

/** Refuses unknown flags, and fields that are unknown or need a flag that is missing. */
export function checkAnthropicFields(body: Json, betas: readonly string[]): void {
  if (betas.some((flag) => !BETAS.has(flag))) throw invalid('invalid beta flag');
  const extra = Object.keys(body).find((name) => {
    const beta = FIELDS.get(name);
    return !FIELDS.has(name) || (beta !== undefined && !betas.includes(beta));
  });
  if (extra !== undefined) throw invalid(`${extra}: Extra inputs are not permitted`);
}

/** How many tokens the model may think, or `undefined` if it shall not. */
export function readThinking(value: unknown, maxTokens: number | undefined): number | undefined {
  const thinking = objectOf(value);
  if (thinking['type'] === 'adaptive') return ADAPTIVE_TOKENS;
  if (thinking['type'] !== 'enabled') return undefined;
  const budget = numberOf(thinking['budget_tokens']) ?? 0;
  if (budget < LEAST_THINKING_TOKENS) {
    throw invalid(
      `thinking.enabled.budget_tokens: Input should be greater than or equal to ${LEAST_THINKING_TOKENS}`,
    );
  }
  if (maxTokens !== undefined && maxTokens <= budget) {
    throw invalid('`max_tokens` must be greater than `thinking.budget_tokens`.');
  }
  return budget;
}

/** Reads what Converse passes on to a model without looking: `additionalModelRequestFields`. */
export function readAnthropicExtras(
  fields: Json,
  family: Family,
  maxTokens: number | undefined,
): { reasoningTokens: number | undefined } {
  if (family !== 'anthropic') {
    const reasoning = objectOf(fields['reasoningConfig']);
    return { reasoningTokens: reasoning['type'] === 'enabled' ? ADAPTIVE_TOKENS : undefined };
  }
  try {
    checkAnthropicFields(fields, betasOf('', fields));
    return { reasoningTokens: readThinking(fields['thinking'], maxTokens) };
  } catch (error) {
    throw invalid(`The model returned the following errors: ${(error as Error).message}`);
  }
}
