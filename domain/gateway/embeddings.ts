import type { Fault, JsonObject } from './wire-format.ts';

/*
 * Embeddings of OpenAI's clients by models that Bedrock serves through InvokeModel: Amazon Titan
 * takes one text a call, Cohere up to 96.
 */

const MOST_COHERE_TEXTS = 96;

/** The bodies of the calls that embed a request's texts, in order. */
export function embeddingCalls(
  body: JsonObject,
  model: string,
): { ok: true; bodies: JsonObject[] } | { ok: false; fault: Fault } {
  const { input, dimensions } = body;
  const texts = typeof input === 'string' ? [input] : input;
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string')) {
    const message = `must be text: ${model} takes no token ids`;
    return { ok: false, fault: { field: 'input', message } };
  }
  const own = typeof dimensions === 'number' ? dimensions : undefined;
  return {
    ok: true,
    bodies: isCohere(model) ? cohereBodies(texts, own) : texts.map(titanBody(own)),
  };
}

const isCohere = (model: string): boolean => model.includes('cohere.');

const titanBody =
  (dimensions: number | undefined) =>
  (inputText: string): JsonObject => ({
    inputText,
    ...(dimensions === undefined ? {} : { dimensions }),
  });

function cohereBodies(texts: readonly string[], dimensions: number | undefined): JsonObject[] {
  const bodies: JsonObject[] = [];
  for (let at = 0; at < texts.length; at += MOST_COHERE_TEXTS) {
    bodies.push({
      texts: texts.slice(at, at + MOST_COHERE_TEXTS),
      input_type: 'search_document',
      embedding_types: ['float'],
      ...(dimensions === undefined ? {} : { output_dimension: dimensions }),
    });
  }
  return bodies;
}

/** The vectors in a call's answer. */
export function vectorsIn(answer: JsonObject): number[][] {
  const { embedding, embeddings } = answer;
  if (Array.isArray(embedding)) return [embedding as number[]];
  if (Array.isArray(embeddings)) return embeddings as number[][];
  const typed = (embeddings ?? {}) as { float?: unknown };
  return Array.isArray(typed.float) ? (typed.float as number[][]) : [];
}

/** Input tokens of a call, in its answer (Titan) or its headers (Cohere). */
export function embeddedTokens(
  answer: JsonObject,
  headers: Readonly<Record<string, string>>,
): number | undefined {
  const count = answer['inputTextTokenCount'] ?? headers['x-amzn-bedrock-input-token-count'];
  const tokens = count === undefined ? Number.NaN : Number(count);
  return Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : undefined;
}

/** The answer that OpenAI's clients read. Their SDK asks for base64 unless it is told otherwise. */
export const embeddingsAnswer = (
  vectors: readonly number[][],
  { body, model, inputTokens }: { body: JsonObject; model: string; inputTokens: number },
): JsonObject => ({
  object: 'list',
  data: vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: body['encoding_format'] === 'base64' ? base64Of(vector) : vector,
  })),
  model,
  usage: { prompt_tokens: inputTokens, total_tokens: inputTokens },
});

/** 32-bit floats, the lowest byte first, as OpenAI encodes them. */
function base64Of(vector: readonly number[]): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true);
  let bytes = '';
  for (const byte of new Uint8Array(view.buffer)) bytes += String.fromCodePoint(byte);
  return btoa(bytes);
}
