import { invalid } from '../fault.ts';
import { type Json, numberOf, objectOf, textOf } from '../json.ts';
import type { ModelCall } from '../model-call.ts';
import type { ModelFacts } from '../model-facts.ts';
import { readChat } from './chat.ts';
import { checkMaxTokens, readConverse } from './converse.ts';
import { readMessages } from './messages.ts';

/** The version that Claude's bodies name on Bedrock. */
const ANTHROPIC_VERSION = 'bedrock-2023-05-31';

/** Reads the body of InvokeModel, whose format depends on the maker of the model. */
export function readInvoke(body: Json, facts: ModelFacts): ModelCall {
  switch (facts.family) {
    case 'anthropic':
      if (body['anthropic_version'] === undefined) {
        throw invalid('anthropic_version: Field required');
      }
      if (body['anthropic_version'] !== ANTHROPIC_VERSION) {
        throw invalid('Invalid API version');
      }
      for (const name of ['model', 'stream'] as const) {
        if (body[name] !== undefined) throw invalid(`${name}: Extra inputs are not permitted`);
      }
      return readMessages(body, facts, '');
    case 'nova': {
      checkKeys(body, NOVA_KEYS);
      const inference = objectOf(body['inferenceConfig']);
      const maxTokens = inference['maxTokens'] ?? inference['max_new_tokens'];
      return readConverse({ ...body, inferenceConfig: { ...inference, maxTokens } }, facts);
    }
    case 'llama': {
      checkKeys(body, LLAMA_KEYS);
      const maxTokens = numberOf(body['max_gen_len']) ?? 512;
      checkMaxTokens(maxTokens, facts);
      return promptCall(textOf(body['prompt']), maxTokens);
    }
    default:
      return readChat(body, facts);
  }
}

const NOVA_KEYS = [
  'schemaVersion',
  'system',
  'messages',
  'inferenceConfig',
  'toolConfig',
  'reasoningConfig',
  'additionalModelRequestFields',
];
const LLAMA_KEYS = ['prompt', 'images', 'max_gen_len', 'temperature', 'top_p'];

/** Models check their bodies by a schema that knows no other members. */
export function checkKeys(body: Json, keys: readonly string[]): void {
  const extra = Object.keys(body).find((name) => !keys.includes(name));
  if (extra !== undefined) {
    throw invalid(
      `Malformed input request: #: extraneous key [${extra}] is not permitted, please reformat your input and try again.`,
    );
  }
}

function promptCall(prompt: string, maxTokens: number): ModelCall {
  if (prompt.trim() === '') {
    throw invalid(
      'Malformed input request: #: required key [prompt] not found, please reformat your input and try again.',
    );
  }
  return {
    system: [],
    turns: [{ role: 'user', blocks: [{ kind: 'text', text: prompt }] }],
    tools: [],
    toolChoice: 'none',
    maxTokens,
    stopSequences: [],
  };
}
