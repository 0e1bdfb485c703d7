import { createHash } from 'node:crypto';
import { invalid } from './fault.ts';
import { type Json, listOf, numberOf, textOf } from './json.ts';
import type { ModelFacts } from './model-facts.ts';
import { checkKeys } from './requests/invoke.ts';
import { countTokens, tokensOf } from './tokens.ts';

/** An answer of InvokeModel for models of embeddings, and the tokens that it used. */
export type EmbeddingAnswer = { body: object; inputTokens: number };

const TITAN_DIMENSIONS = [256, 512, 1024];
const COHERE_DIMENSIONS = 1024;
const MOST_TEXTS = 96;
/** How many dimensions each token moves. */
const MOVES = 8;

/** Answers the bodies of Titan and Cohere. Throws a fault as Bedrock words it. */
export function embed(body: Json, { family }: ModelFacts): EmbeddingAnswer {
  return family === 'cohere-embed' ? embedForCohere(body) : embedForTitan(body);
}

const TITAN_KEYS = ['inputText', 'dimensions', 'normalize', 'embeddingTypes'];
const COHERE_KEYS = [
  'texts',
  'images',
  'input_type',
  'truncate',
  'embedding_types',
  'output_dimension',
];

function embedForTitan(body: Json): EmbeddingAnswer {
  checkKeys(body, TITAN_KEYS);
  const text = textOf(body['inputText']);
  if (text === '') {
    throw invalid(
      'Malformed input request: expected minLength: 1, actual: 0, please reformat your input and try again.',
    );
  }
  const dimensions = numberOf(body['dimensions']) ?? 1024;
  if (!TITAN_DIMENSIONS.includes(dimensions)) {
    throw invalid(
      `Malformed input request: #/dimensions: ${dimensions} is not a valid enum value, please reformat your input and try again.`,
    );
  }
  const embedding = vectorOf(text, dimensions);
  const inputTokens = countTokens(text);
  return {
    body: { embedding, embeddingsByType: { float: embedding }, inputTextTokenCount: inputTokens },
    inputTokens,
  };
}

function embedForCohere(body: Json): EmbeddingAnswer {
  checkKeys(body, COHERE_KEYS);
  const texts = listOf(body['texts']).map(textOf);
  if (texts.length === 0 || texts.length > MOST_TEXTS) {
    throw invalid(
      `Malformed input request: #/texts: expected 1 to ${MOST_TEXTS} texts, please reformat your input and try again.`,
    );
  }
  if (typeof body['input_type'] !== 'string') {
    throw invalid(
      'Malformed input request: #: required key [input_type] not found, please reformat your input and try again.',
    );
  }
  const dimensions = numberOf(body['output_dimension']) ?? COHERE_DIMENSIONS;
  const vectors = texts.map((text) => vectorOf(text, dimensions));
  const byType = listOf(body['embedding_types']).length > 0;
  return {
    body: {
      id: createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 32),
      texts,
      embeddings: byType ? { float: vectors } : vectors,
      response_type: byType ? 'embeddings_by_type' : 'embeddings_floats',
    },
    inputTokens: texts.reduce((sum, text) => sum + countTokens(text), 0),
  };
}

/** A vector of length 1. Each token moves a few dimensions, so texts that share words are close. */
function vectorOf(text: string, dimensions: number): number[] {
  const vector = Array.from({ length: dimensions }, () => 0);
  for (const token of tokensOf(text.toLowerCase())) {
    const bytes = createHash('sha256').update(token.trim()).digest();
    for (let move = 0; move < MOVES; move += 1) {
      const at = bytes.readUInt16BE(move * 3) % dimensions;
      vector[at] = (vector[at] ?? 0) + ((bytes[move * 3 + 2] ?? 0) < 128 ? 1 : -1);
    }
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}
