/** Who made a model decides how its bodies look in InvokeModel. */
export type Family = 'anthropic' | 'nova' | 'llama' | 'titan-embed' | 'cohere-embed' | 'openai';

export type ModelFacts = {
  family: Family;
  contextTokens: number;
  maxOutputTokens: number;
  /** The shortest prefix that the model caches. `undefined`: it caches none. */
  cacheMinimumTokens: number | undefined;
  /** How many tokens of the quota an output token uses up. */
  outputQuotaFactor: number;
  firstTokenMs: number;
  tokensPerSecond: number;
};

type Row = [
  pattern: RegExp,
  family: Family,
  contextTokens: number,
  maxOutputTokens: number,
  cacheMinimumTokens: number | undefined,
  firstTokenMs: number,
  tokensPerSecond: number,
];

/** The first row that fits a model's id decides. Limits as the makers publish them; speeds are typical. */
// prettier-ignore
const ROWS: Row[] = [
  [/^anthropic\.claude-(instant|v2)/, 'anthropic', 100_000, 8191, undefined, 800, 60],
  [/^anthropic\.claude-3-(haiku|sonnet|opus)/, 'anthropic', 200_000, 4096, undefined, 700, 80],
  [/^anthropic\.claude-3-5-haiku/, 'anthropic', 200_000, 8192, 2048, 600, 80],
  [/^anthropic\.claude-3-5/, 'anthropic', 200_000, 8192, 1024, 900, 60],
  [/^anthropic\.claude-3-7/, 'anthropic', 200_000, 64_000, 1024, 900, 60],
  [/^anthropic\.claude-haiku-4-5/, 'anthropic', 200_000, 64_000, 4096, 500, 120],
  [/^anthropic\.claude-haiku/, 'anthropic', 200_000, 64_000, 4096, 500, 120],
  [/^anthropic\.claude-opus-4(-1)?-2025(0514|0805)/, 'anthropic', 200_000, 32_000, 1024, 1500, 40],
  [/^anthropic\.claude-opus-4-5/, 'anthropic', 200_000, 64_000, 4096, 1200, 50],
  [/^anthropic\.claude-(opus|fable)/, 'anthropic', 1_000_000, 128_000, 4096, 1200, 50],
  [/^anthropic\.claude-sonnet-4/, 'anthropic', 1_000_000, 64_000, 1024, 900, 70],
  [/^anthropic\.claude-/, 'anthropic', 1_000_000, 128_000, 1024, 900, 70],
  [/^amazon\.nova-2/, 'nova', 1_000_000, 64_000, 1024, 500, 150],
  [/^amazon\.nova-micro/, 'nova', 128_000, 10_000, 1024, 250, 200],
  [/^amazon\.nova-(lite|pro)/, 'nova', 300_000, 10_000, 1024, 400, 130],
  [/^amazon\.nova/, 'nova', 1_000_000, 10_000, 1024, 900, 60],
  [/^amazon\.titan-embed/, 'titan-embed', 8192, 0, undefined, 60, 1000],
  [/^cohere\.embed/, 'cohere-embed', 128_000, 0, undefined, 60, 1000],
  [/^meta\.llama3-(8b|70b)/, 'llama', 8192, 8192, undefined, 400, 100],
  [/^meta\.llama3-2/, 'llama', 128_000, 4096, undefined, 300, 140],
  [/^meta\.llama/, 'llama', 128_000, 8192, undefined, 400, 100],
  [/^openai\.gpt-oss-\d+b/, 'openai', 128_000, 128_000, undefined, 400, 180],
  [/^openai\./, 'openai', 1_050_000, 128_000, undefined, 700, 100],
  [/^(ai21|cohere|deepseek|google|minimax|mistral|moonshotai|nvidia|qwen|writer|xai|zai)\./, 'openai', 1_000_000, 262_144, undefined, 600, 80],
  [/^amazon\.titan-text/, 'openai', 32_000, 8000, undefined, 600, 60],
];

/** Inference profiles serve a model from several regions, and put their scope before its id. */
const PROFILE = /^(?:us|us-gov|eu|apac|jp|au|ca|global)\./;
/** From this generation on, Claude's output tokens use up five tokens of the quota each. */
const COSTLY_OUTPUT = /^anthropic\.claude-(?:3-7|haiku-[4-9]|sonnet-[4-9]|opus-[4-9]|fable)/;

/** A model's id without the ARN and the inference profile around it. */
export const baseModelId = (modelId: string): string =>
  (modelId.startsWith('arn:') ? (modelId.split('/').at(-1) ?? '') : modelId).replace(PROFILE, '');

/** What a model can do, or `undefined` if there is no such model. */
export function factsOf(modelId: string): ModelFacts | undefined {
  const id = baseModelId(modelId);
  const row = ROWS.find(([pattern]) => pattern.test(id));
  if (row === undefined) return undefined;
  const [
    ,
    family,
    contextTokens,
    maxOutputTokens,
    cacheMinimumTokens,
    firstTokenMs,
    tokensPerSecond,
  ] = row;
  return {
    family,
    contextTokens,
    maxOutputTokens,
    cacheMinimumTokens,
    outputQuotaFactor: COSTLY_OUTPUT.test(id) ? 5 : 1,
    firstTokenMs,
    tokensPerSecond,
  };
}
