import { getTokenizer } from '@anthropic-ai/tokenizer';
import cl100k from 'gpt-tokenizer/encoding/cl100k_base';
import o200k from 'gpt-tokenizer/encoding/o200k_base';
import llama3 from 'llama3-tokenizer-js';
import mistral from 'mistral-tokenizer-js';

const claude2 = getTokenizer();
const plain = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };

/** Real tokenizers. Counts a text's tokens without the overhead of chat formats. */
export const TOKENIZERS = {
  o200k: (text: string): number => o200k.encode(text, plain).length,
  cl100k: (text: string): number => cl100k.encode(text, plain).length,
  'claude-2': (text: string): number => claude2.encode(text.normalize('NFKC'), []).length,
  'llama-3': (text: string): number => llama3.encode(text, { bos: false, eos: false }).length,
  /** The tokenizer of Mistral 7B and Mixtral; Llama 2's differs by a few percent. */
  sentencepiece: (text: string): number => mistral.encode(text, false, false).length,
} as const;

export type TokenizerName = keyof typeof TOKENIZERS;
export const TOKENIZER_NAMES = Object.keys(TOKENIZERS) as TokenizerName[];

/** A model that uses each tokenizer. */
export const MODEL_OF: Readonly<Record<TokenizerName, string>> = {
  o200k: 'gpt-4o',
  cl100k: 'gpt-4',
  'claude-2': 'anthropic.claude-v2',
  'llama-3': 'meta.llama3-70b-instruct-v1:0',
  sentencepiece: 'mistral.mixtral-8x7b-instruct-v0:1',
};

/** A text's token count by every tokenizer. */
export const countAll = (text: string): Record<TokenizerName, number> => ({
  o200k: TOKENIZERS.o200k(text),
  cl100k: TOKENIZERS.cl100k(text),
  'claude-2': TOKENIZERS['claude-2'](text),
  'llama-3': TOKENIZERS['llama-3'](text),
  sentencepiece: TOKENIZERS.sentencepiece(text),
});
