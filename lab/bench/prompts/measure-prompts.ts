import type { OptimizedText } from '../../../domain/prompts/optimize-text.ts';
import { optimizeText } from '../../../domain/prompts/optimize-text.ts';
import { RULE_NAMES, type RuleName } from '../../../domain/prompts/rules/rules.ts';
import { estimateTokens } from '../../../domain/tokens/estimate-tokens.ts';
import { profileOf } from '../../../domain/tokens/text-profile.ts';

export type PromptFigures = {
  prompts: number;
  touched: number;
  tokensBefore: number;
  tokensAfter: number;
  rules: { rule: RuleName; prompts: number; tokens: number }[];
  msPerThousandTokens: number;
  /** Prompts that change if they are optimized again. */
  unstable: number;
  /** Prompts that lost a fence of code, a number, an address or a quotation altogether. */
  damaged: number;
};

/** What must still be there, at least once for each text of it. */
const KEPT = /```[\s\S]*?```|`[^`\n]+`|"[^"\n]+"|https?:\/\/\S+|(?<![\w.])\d+(?:[.,]\d+)*(?![\w])/g;

/** Optimizes each prompt alone, as the estimate of a model's tokens counts it. */
export function measurePrompts(prompts: readonly string[], model: string): PromptFigures {
  const count = (text: string): number => estimateTokens(profileOf(text), model).tokens;
  const optimized = (text: string): OptimizedText => optimizeText(text, new Set(), count);
  const startMs = performance.now();
  const results = prompts.map(optimized);
  const tookMs = performance.now() - startMs;
  const tokensBefore = sumOf(results.map((result) => result.tokensBefore));
  return {
    prompts: prompts.length,
    touched: results.filter(({ savings }) => savings.length > 0).length,
    tokensBefore,
    tokensAfter: sumOf(results.map(({ tokensAfter }) => tokensAfter)),
    rules: RULE_NAMES.map((rule) => ruleFigures(rule, results)),
    msPerThousandTokens: (tookMs / tokensBefore) * 1_000,
    unstable: results.filter(({ text }) => optimized(text).text !== text).length,
    damaged: results.filter(({ text }, at) => isDamaged(prompts[at] ?? '', text)).length,
  };
}

function ruleFigures(rule: RuleName, results: readonly OptimizedText[]) {
  const tokens = results.map(({ savings }) =>
    sumOf(savings.flatMap((saving) => (saving.rule === rule ? saving.tokens : []))),
  );
  return { rule, prompts: tokens.filter((saved) => saved > 0).length, tokens: sumOf(tokens) };
}

const isDamaged = (before: string, after: string): boolean =>
  (before.match(KEPT) ?? []).some((part) => !after.includes(part));

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
