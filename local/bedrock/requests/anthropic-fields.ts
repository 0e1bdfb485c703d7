import { invalid } from '../fault.ts';
import { type Json, listOf, numberOf, objectOf, textOf } from '../json.ts';
import type { Family } from '../model-facts.ts';

/** Beta flags that Bedrock knows, and the fields that are unknown without one of them. */
const BETAS = new Map<string, readonly string[]>([
  ['claude-code-20250219', []],
  ['compact-2026-01-12', ['context_management']],
  ['computer-use-2024-10-22', []],
  ['computer-use-2025-01-24', []],
  ['computer-use-2025-11-24', []],
  ['context-1m-2025-08-07', []],
  ['context-management-2025-06-27', ['context_management']],
  ['dangerous-tool-use-2026-09-03', []],
  ['dev-full-thinking-2025-05-14', []],
  ['effort-2025-11-24', []],
  ['fine-grained-tool-streaming-2025-05-14', ['eager_input_streaming']],
  ['interleaved-thinking-2025-05-14', []],
  ['mid-conversation-output-config-2026-07-01', []],
  ['mid-conversation-tool-changes-2026-07-01', []],
  ['output-128k-2025-02-19', []],
  ['structured-outputs-2025-11-13', ['output_format']],
  ['structured-outputs-2025-12-15', ['output_format']],
  ['thinking-binding-controls-2026-08-01', []],
  ['thinking-display-updates-2026-08-18', []],
  ['token-efficient-tools-2025-02-19', []],
  ['tool-examples-2025-10-29', ['input_examples']],
  ['tool-search-tool-2025-10-19', ['defer_loading']],
]);

/** Fields that are known without a flag. */
const FIELDS = new Set([
  'anthropic_beta',
  'anthropic_version',
  'cache_control',
  'max_tokens',
  'messages',
  'metadata',
  'model',
  'output_config',
  'service_tier',
  'stop_sequences',
  'stream',
  'system',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
]);
const TOOL_FIELDS = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'cache_control',
  'strict',
]);
const CONFIG_FIELDS = new Set(['effort', 'format']);

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
  const allowed = new Set(betas.flatMap((flag) => BETAS.get(flag) ?? []));
  const check = (value: Json, names: ReadonlySet<string>, path: string): void => {
    const extra = Object.keys(value).find((name) => !names.has(name) && !allowed.has(name));
    if (extra !== undefined) throw invalid(`${path}${extra}: Extra inputs are not permitted`);
  };
  check(body, FIELDS, '');
  check(objectOf(body['output_config']), CONFIG_FIELDS, 'output_config.');
  for (const [at, value] of listOf(body['tools']).entries()) {
    const tool = objectOf(value);
    // Tools with a type of their own have fields of their own.
    if ((tool['type'] ?? 'custom') === 'custom') check(tool, TOOL_FIELDS, `tools.${at}.custom.`);
  }
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
