import { isOpenAiModel } from '../../provider-usage/model-family.ts';
import type { JsonObject } from '../wire-format.ts';
import { chatTurns } from './chat-messages.ts';
import { converseRequestOf, type RequestParts } from './converse-request.ts';
import { customToolAt, functionToolAt, type ClientTool, type ToolChoice } from './tools.ts';
import {
  answerFormatAt,
  refuseEffects,
  samplingAt,
  serviceTierAt,
  textMapAt,
} from './openai-members.ts';
import { countAt, listAt, nameAt, namesIn, objectAt, optional, refuse, textAt } from './reading.ts';
import { effortAt, type ReasoningWish } from './reasoning.ts';

/** Members that are read here or by the gateway, or whose absence changes no answer. */
const READ = namesIn(`
  model messages stream stream_options max_completion_tokens max_tokens temperature top_p
  stop tools tool_choice parallel_tool_calls response_format reasoning_effort reasoning
  thinking service_tier metadata user safety_identifier prompt_cache_key
  prompt_cache_retention prompt_cache_options prediction n logprobs store modalities
  logit_bias top_logprobs frequency_penalty presence_penalty
`);

/** What Converse cannot do for a client of Chat Completions. */
const REFUSED: Record<string, string> = {
  audio: 'is not supported: answers are text',
  functions: 'is not supported. Send tools instead',
  function_call: 'is not supported. Send tool_choice instead',
  web_search_options: 'is not supported: Purser runs no tools on the server',
  moderation: 'is not supported. Use guardrailConfig instead',
};

/**
 * A request of OpenAI's Chat Completions as one of Converse.
 * @throws BadFieldError if Converse cannot express it
 */
export function chatRequest(body: JsonObject, model: string): JsonObject {
  refuseEffects(body, REFUSED);
  refuseChoices(body);
  const { system, turns } = chatTurns(listAt(body['messages'], 'messages'));
  const format = optional(body['response_format'], 'response_format', objectAt);
  const parts: RequestParts = {
    model,
    system,
    turns,
    turnsField: 'messages',
    tools: toolWishesAt(body),
    maxTokens:
      optional(body['max_completion_tokens'], 'max_completion_tokens', countAt) ??
      optional(body['max_tokens'], 'max_tokens', countAt),
    ...samplingAt(body),
    stopSequences: optional(body['stop'], 'stop', stopAt),
    ...answerFormatAt(format, 'response_format', format?.['json_schema']),
    reasoning: reasoningAt(body),
    serviceTier: serviceTierAt(body),
    metadata: optional(body['metadata'], 'metadata', textMapAt),
    additional: unreadMembers(body, model),
  };
  return converseRequestOf(parts);
}

function refuseChoices(body: JsonObject): void {
  if ((body['n'] ?? 1) !== 1) refuse('n', 'must be 1: Converse gives one answer');
  const modalities = optional(body['modalities'], 'modalities', listAt) ?? [];
  if (modalities.some((modality) => modality !== 'text')) {
    refuse('modalities', 'must be ["text"]');
  }
}

/**
 * Penalties of zero are none; the others are the model's business. Verbosity is advice that only
 * models of OpenAI know.
 */
function unreadMembers(body: JsonObject, model: string): JsonObject {
  const penalties = (['frequency_penalty', 'presence_penalty'] as const).filter(
    (name) => (body[name] ?? 0) !== 0,
  );
  return Object.fromEntries(
    Object.entries(body).filter(
      ([name, value]) =>
        value !== null &&
        value !== undefined &&
        (!READ.has(name) || penalties.some((penalty) => penalty === name)) &&
        (name !== 'verbosity' || isOpenAiModel(model)),
    ),
  );
}

const stopAt = (value: unknown, field: string): string[] =>
  typeof value === 'string'
    ? [value]
    : listAt(value, field).map((stop, position) => textAt(stop, `${field}.${position}`));

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
  if (type === 'function') {
    return functionToolAt(
      objectAt(tool['function'], `${field}.function`),
      `${field}.function`,
      tool,
    );
  }
  if (type === 'custom') {
    return customToolAt(objectAt(tool['custom'], `${field}.custom`), `${field}.custom`);
  }
  return refuse(`${field}.type`, 'must be function or custom: Purser runs no tools on the server');
}

type ChoiceWish = { choice: ToolChoice; allowed?: string[] };

function choiceAt(value: unknown, field: string): ChoiceWish {
  if (value === 'auto' || value === 'none') return { choice: { kind: value } };
  if (value === 'required') return { choice: { kind: 'any' } };
  const choice = objectAt(value, field);
  const type = choice['type'];
  if (type === 'function' || type === 'custom') {
    const tool = objectAt(choice[type], `${field}.${type}`);
    return { choice: { kind: 'tool', name: nameAt(tool['name'], `${field}.${type}.name`) } };
  }
  if (type === 'allowed_tools') return allowedAt(choice, field);
  return refuse(field, 'must be auto, none, required, or name a tool');
}

function allowedAt(choice: JsonObject, field: string): ChoiceWish {
  const path = `${field}.allowed_tools`;
  const wish = objectAt(choice['allowed_tools'], path);
  const allowed = listAt(wish['tools'], `${path}.tools`).map((value, position) => {
    const tool = objectAt(value, `${path}.tools.${position}`);
    const inner = tool['type'] === 'custom' ? tool['custom'] : tool['function'];
    const place = `${path}.tools.${position}`;
    return nameAt(objectAt(inner ?? tool, place)['name'], `${place}.name`);
  });
  return { choice: { kind: wish['mode'] === 'required' ? 'any' : 'auto' }, allowed };
}

/** OpenAI's effort, or what clients of other gateways send: Anthropic's `thinking`, or `reasoning`. */
function reasoningAt(body: JsonObject): ReasoningWish | undefined {
  const effort = optional(body['reasoning_effort'], 'reasoning_effort', effortAt);
  if (effort !== undefined) return { kind: 'effort', effort };
  const thinking = optional(body['thinking'], 'thinking', objectAt);
  if (thinking) return thinkingAt(thinking, 'thinking');
  const reasoning = optional(body['reasoning'], 'reasoning', objectAt);
  if (!reasoning) return undefined;
  const tokens = optional(reasoning['max_tokens'], 'reasoning.max_tokens', countAt);
  if (tokens !== undefined) return { kind: 'budget', tokens };
  const own = optional(reasoning['effort'], 'reasoning.effort', effortAt);
  return own === undefined ? undefined : { kind: 'effort', effort: own };
}

/** Anthropic's `thinking`, whose types grow in number. @throws BadFieldError for a bad budget */
export function thinkingAt(thinking: JsonObject, field: string): ReasoningWish {
  switch (thinking['type']) {
    case 'enabled':
      return {
        kind: 'budget',
        tokens: countAt(thinking['budget_tokens'], `${field}.budget_tokens`),
      };
    case 'disabled':
      return { kind: 'effort', effort: 'none' };
    default:
      return { kind: 'adaptive', thinking };
  }
}
