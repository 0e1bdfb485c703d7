import { invalid } from './fault.ts';
import { isObject, type Json, objectOf, parseJson, textOf } from './json.ts';
import type { ModelFacts } from './model-facts.ts';
import { promptTokens, segmentsOf } from './prompt.ts';
import { readConverse } from './requests/converse.ts';
import { readInvoke } from './requests/invoke.ts';

/** Answers CountTokens: what the prompt of an InvokeModel or Converse body would count as input. */
export function countCallTokens(body: Json, facts: ModelFacts): { inputTokens: number } {
  const input = objectOf(body['input']);
  const keys = Object.keys(input);
  if (keys.length !== 1)
    throw invalid('The input must set exactly one member: invokeModel, converse.');
  if (isObject(input['converse'])) {
    return { inputTokens: promptTokens(segmentsOf(readConverse(input['converse'], facts))) };
  }
  const encoded = textOf(objectOf(input['invokeModel'])['body']);
  const invoked = parseJson(Buffer.from(encoded, 'base64').toString('utf8'));
  if (!isObject(invoked)) throw invalid('The body of input.invokeModel must be JSON.');
  return { inputTokens: promptTokens(segmentsOf(readInvoke(invoked, facts))) };
}
