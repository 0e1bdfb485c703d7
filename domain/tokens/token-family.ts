import { CONTENT_KINDS, type ContentKind } from './content-kind.ts';
import type { FittedTokenizer } from './fitted-tokenizers.ts';

/** How a family of models counts tokens: like a measured tokenizer, or by inference from one. */
export type TokenFamily = {
  name: string;
  tokenizer: FittedTokenizer;
  /** Tokens per token of the measured tokenizer; 1 if the family's own was measured. */
  factor: Readonly<Record<ContentKind, number>>;
  /** Added to the measured margin for families that are only inferred. */
  furtherMargin: number;
};

const same = (factor: number): Record<ContentKind, number> => ({
  english: factor,
  latin: factor,
  cjk: factor,
  script: factor,
  code: factor,
  json: factor,
  markup: factor,
  dense: factor,
  blank: factor,
});

const measured = (tokenizer: FittedTokenizer): TokenFamily => ({
  name: tokenizer,
  tokenizer,
  factor: same(1),
  furtherMargin: 0,
});

/**
 * Claude 3 to 4.6 have no published tokenizer. A comparison of Claude 3.5 Sonnet with o200k (2025)
 * finds 16 % more tokens for English, 21 % for mathematics and 30 % for Python. Claude 2's own
 * tokenizer, which was measured, produces about 9 % more than o200k for both English and code.
 */
const CLAUDE: TokenFamily = {
  name: 'claude',
  tokenizer: 'claude-2',
  factor: { ...same(1.1), english: 1.06, code: 1.18, json: 1.15, markup: 1.12 },
  furtherMargin: 0.1,
};

/**
 * Claude Opus 4.7 and later: about 30 % more than earlier models, according to their documentation.
 */
const CLAUDE_NEWER: TokenFamily = {
  name: 'claude-newer',
  tokenizer: 'claude-2',
  factor: times(CLAUDE.factor, 1.3),
  furtherMargin: 0.15,
};

/**
 * Qwen 2.5: measured once on the same texts against Llama 3's tokenizer, with which it shares
 * words. It counts digits individually.
 */
const QWEN: TokenFamily = {
  name: 'qwen',
  tokenizer: 'llama-3',
  factor: {
    ...same(1),
    script: 1.15,
    code: 1.05,
    json: 1.1,
    markup: 1.15,
    dense: 1.4,
    blank: 1.15,
  },
  furtherMargin: 0.25,
};

/**
 * Nova, DeepSeek, Gemma, Command, newer Mistral: vocabularies as large as Llama 3's; not measured.
 */
const LARGE_VOCABULARY: TokenFamily = {
  name: 'large-vocabulary',
  tokenizer: 'llama-3',
  factor: { ...same(1.05), dense: 1.25 },
  furtherMargin: 0.3,
};

/** The first match wins. Ids of gateways and Bedrock have prefixes. */
const FAMILIES: readonly (readonly [RegExp, TokenFamily])[] = [
  [/claude-(?:instant|v?2)/, measured('claude-2')],
  [/claude-(?:opus-4[.-][7-9]|[a-z]+-[5-9](?!\d)|fable|mythos)/, CLAUDE_NEWER],
  [/claude/, CLAUDE],
  [/gpt-3|gpt-4(?![o.]|-?5)/, measured('cl100k')],
  [/gpt|(?:^|[./])o[1-9](?:-|$)/, measured('o200k')],
  [/llama-?[34]/, measured('llama-3')],
  [/llama-?2|mistral-7b|mixtral/, measured('sentencepiece')],
  [/qwen|qwq/, QWEN],
  [
    /nova|deepseek|gemma|command-|jamba|mi(?:ni)?stral|pixtral|magistral|nemotron/,
    LARGE_VOCABULARY,
  ],
];

/**
 * For unknown models: the mean of all measured tokenizers, with a margin that covers each of them.
 */
const UNKNOWN: TokenFamily = { ...measured('any'), name: 'unknown' };

/** The tokenizer family of a model, by its id. */
export function tokenFamilyOf(model: string): TokenFamily {
  const id = model.toLowerCase();
  return FAMILIES.find(([pattern]) => pattern.test(id))?.[1] ?? UNKNOWN;
}

function times(factors: TokenFamily['factor'], by: number): Record<ContentKind, number> {
  const scaled = { ...factors };
  for (const kind of CONTENT_KINDS) scaled[kind] *= by;
  return scaled;
}
