import { memberAt } from './reading.ts';
import type { Metered } from './usage-meter.ts';
import type { JsonObject } from './wire-format.ts';

/** What a call used: as the provider reports it; or counts, estimated if the provider broke off. */
export type CallUsage =
  { report: JsonObject } | { counts: { inputTokens: number; outputTokens: number } };

/** What a call was expected to use. */
type Expected = { inputTokens: number; expectedOutputTokens: number };

/** English text has about four characters for each token; fewer make the estimate larger. */
const CHARACTERS_PER_TOKEN = 3;

/**
 * What a call used whose provider broke off before it reported that: what arrived, or what was
 * expected if nothing did. The provider's logs and bill correct it.
 */
export function usageOf(metered: Metered, expected: Expected | undefined): CallUsage {
  if (metered.report) return { report: metered.report };
  const early = metered.early?.['input_tokens'];
  const outputTokens = Math.ceil(metered.outputCharacters / CHARACTERS_PER_TOKEN);
  return {
    counts: {
      inputTokens: typeof early === 'number' ? early : (expected?.inputTokens ?? 0),
      outputTokens: outputTokens === 0 ? (expected?.expectedOutputTokens ?? 0) : outputTokens,
    },
  };
}

const USAGE_HEADER = /^x-amzn-bedrock-.*-count$/;

/** What a whole answer says of its usage. Some models report it in headers only. */
export function reportIn(body: JsonObject, headers: Record<string, string>): JsonObject {
  const counts = Object.entries(headers).filter(([name]) => USAGE_HEADER.test(name));
  const hasOwn = ['usage', 'inputTextTokenCount', 'prompt_token_count', 'meta'].some(
    (name) => memberAt(body, name) !== undefined,
  );
  if (hasOwn || counts.length === 0) return body;
  return { ResponseMetadata: { HTTPHeaders: Object.fromEntries(counts) } };
}
