import type { JsonObject, ModelApi } from './wire-format.ts';

/** Names under which models take the maximum, or the number, of answers; in small letters. */
const LIMITS = new Set([
  'max_tokens',
  'maxtokens',
  'max_tokens_to_sample',
  'max_gen_len',
  'max_new_tokens',
  'max_length',
  'max_output_tokens',
  'max_completion_tokens',
  'maxtokencount',
  'n',
  'best_of',
  'num_generations',
  'num_return_sequences',
  'candidate_count',
  'numresults',
]);

/** The members of each API itself, which the gateway reads and limits. */
const OWN: Record<ModelApi, readonly string[]> = {
  chat: ['max_tokens', 'max_completion_tokens', 'n'],
  responses: ['max_output_tokens'],
  messages: ['max_tokens'],
  converse: [],
  // The bodies of the models themselves.
  invoke: ['max_tokens', 'max_completion_tokens', 'max_tokens_to_sample', 'max_gen_len', 'n'],
  embeddings: [],
};

/**
 * A member that might raise a model's output, or the number of its answers, above what the API's own
 * members say. Money is held for these, so nothing else may.
 * @returns the path of the hidden limit, or `undefined` if the body hides none
 */
export function hiddenLimitOf(api: ModelApi, body: JsonObject): string | undefined {
  const own = OWN[api];
  const name = Object.keys(body).find((each) => isLimit(each) && !own.includes(each));
  const fields = 'additionalModelRequestFields';
  return name ?? hiddenLimitIn(body[fields], fields);
}

/** The same for members that a model reads at any depth. @param path where the value stands */
export function hiddenLimitIn(value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const place = path === '' ? name : `${path}.${name}`;
    if (!Array.isArray(value) && isLimit(name)) return place;
    const hidden = hiddenLimitIn(member, place);
    if (hidden !== undefined) return hidden;
  }
  return undefined;
}

const isLimit = (name: string): boolean => LIMITS.has(name.toLowerCase());

export const HIDDEN_LIMIT_REASON = 'may not be set here, because your budget limits the output';
