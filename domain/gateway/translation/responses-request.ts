import { isOpenAiModel } from '../../provider-usage/model-family.ts';
import type { JsonObject } from '../wire-format.ts';
import { converseRequestOf, type RequestParts } from './converse-request.ts';
import {
  answerFormatAt,
  refuseEffects,
  samplingAt,
  serviceTierAt,
  textMapAt,
} from './openai-members.ts';
import { countAt, listAt, nameAt, namesIn, objectAt, optional, refuse, textAt } from './reading.ts';
import { effortAt, type ReasoningWish } from './reasoning.ts';
import { responsesTurns } from './responses-items.ts';
import { type ClientTool, customToolAt, functionToolAt, type ToolChoice } from './tools.ts';

/** Members that are read here or by the gateway, or whose absence changes no answer. */
const READ = namesIn(`
  model input instructions stream stream_options max_output_tokens temperature top_p tools
  tool_choice parallel_tool_calls reasoning text service_tier metadata user safety_identifier
  prompt_cache_key prompt_cache_retention prompt_cache_options include truncation store background
  top_logprobs max_tool_calls previous_response_id conversation client_metadata
`);

/** What only OpenAI's servers can do. */
const REFUSED: Record<string, string> = {
  previous_response_id:
    'is not supported: Purser stores no answers. Send the whole conversation as input',
  conversation: 'is not supported: Purser stores no conversations. Send the whole one as input',
  background: 'must be false: answers are given at once',
  prompt: 'is not supported: Purser stores no prompts. Send instructions and input',
  context_management: 'is not supported: shorten the input yourself',
  moderation: 'is not supported. Use guardrailConfig instead',
};

/**
 * A request of OpenAI's Responses as one of Converse.
 * @throws BadFieldError if Converse cannot express it
 */
export function responsesRequest(body: JsonObject, model: string): JsonObject {
  refuseEffects(body, REFUSED);
  refuseIncludes(optional(body['include'], 'include', listAt) ?? []);
  const { system, turns } = responsesTurns(body['input']);
  const instructions = optional(body['instructions'], 'instructions', textAt);
  const text = optional(body['text'], 'text', objectAt);
  const format = optional(text?.['format'], 'text.format', objectAt);
  return converseRequestOf({
    model,
    system: [
      ...(instructions === undefined ? [] : [{ kind: 'text' as const, text: instructions }]),
      ...system,
    ],
    turns,
    turnsField: 'input',
    tools: toolWishesAt(body),
    maxTokens: optional(body['max_output_tokens'], 'max_output_tokens', countAt),
    ...samplingAt(body),
    ...answerFormatAt(format, 'text.format', format),
    reasoning: reasoningAt(body),
    serviceTier: serviceTierAt(body),
    metadata: optional(body['metadata'], 'metadata', textMapAt),
    additional: Object.fromEntries([
      ...Object.entries(body).filter(([name, value]) => !READ.has(name) && value != null),
      // Advice that only models of OpenAI know.
      ...(text?.['verbosity'] == null || !isOpenAiModel(model)
        ? []
        : [['verbosity', text['verbosity']] as const]),
    ]),
  });
}

/** Other members to include belong to tools on the server, or are there anyway. */
function refuseIncludes(includes: readonly unknown[]): void {
  if (includes.includes('message.output_text.logprobs')) {
    refuse('include', 'must not ask for logprobs: Converse has none');
  }
}

function reasoningAt(body: JsonObject): ReasoningWish | undefined {
  const reasoning = optional(body['reasoning'], 'reasoning', objectAt);
  const effort = optional(reasoning?.['effort'], 'reasoning.effort', effortAt);
  return effort === undefined ? undefined : { kind: 'effort', effort };
}

function toolWishesAt(body: JsonObject): RequestParts['tools'] {
  const tools = (optional(body['tools'], 'tools', listAt) ?? []).map((tool, position) =>
    toolAt(tool, `tools.${position}`),
  );
  const wish = optional(body['tool_choice'], 'tool_choice', choiceAt);
  const { allowed } = wish ?? {};
  return {
    tools: allowed ? tools.filter(({ name }) => allowed.includes(name)) : tools,
    choice: wish?.choice,
    isParallel: body['parallel_tool_calls'] !== false,
  };
}

function toolAt(value: unknown, field: string): ClientTool {
  const tool = objectAt(value, field);
  const type = tool['type'];
  if (type === 'function') return functionToolAt(tool, field, tool);
  if (type === 'custom') return customToolAt(tool, field);
  return refuse(
    `${field}.type`,
    `must be function or custom: Purser runs no tools on the server, so turn ${String(type)} off`,
  );
}

type ChoiceWish = { choice: ToolChoice; allowed?: string[] };

function choiceAt(value: unknown, field: string): ChoiceWish {
  if (value === 'auto' || value === 'none') return { choice: { kind: value } };
  if (value === 'required') return { choice: { kind: 'any' } };
  const choice = objectAt(value, field);
  const type = choice['type'];
  if (type === 'function' || type === 'custom') {
    return { choice: { kind: 'tool', name: nameAt(choice['name'], `${field}.name`) } };
  }
  if (type !== 'allowed_tools') {
    return refuse(field, 'must be auto, none, required, or name a tool');
  }
  const allowed = listAt(choice['tools'], `${field}.tools`).map((tool, position) => {
    const place = `${field}.tools.${position}`;
    return nameAt(objectAt(tool, place)['name'], `${place}.name`);
  });
  return { choice: { kind: choice['mode'] === 'required' ? 'any' : 'auto' }, allowed };
}
