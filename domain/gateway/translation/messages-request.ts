import { isClaude } from '../../provider-usage/model-family.ts';
import type { JsonObject } from '../wire-format.ts';
import { thinkingAt } from './chat-request.ts';
import { converseRequestOf, type RequestParts } from './converse-request.ts';
import { messagesTurns, systemParts } from './messages-content.ts';
import {
  countAt,
  listAt,
  nameAt,
  namesIn,
  numberAt,
  objectAt,
  optional,
  refuse,
  textAt,
  textOf,
} from './reading.ts';
import { effortAt, type ReasoningWish } from './reasoning.ts';
import type { ClientTool, ToolChoice } from './tools.ts';
import { cacheOf, type Part, type Turn } from './turn.ts';

/** Members that are read here or by the gateway, or whose absence changes no answer. */
const READ = namesIn(`
  model messages system max_tokens stream temperature top_p stop_sequences tools tool_choice
  thinking output_config output_format metadata service_tier cache_control diagnostics
  user_profile_id workspace_id
`);

/** What only Anthropic's servers can do. */
const REFUSED = ['mcp_servers', 'container'] as const;

/**
 * A request of Anthropic's Messages as one of Converse.
 * @throws BadFieldError if Converse cannot express it
 */
export function messagesRequest(body: JsonObject, model: string): JsonObject {
  for (const name of REFUSED) {
    if (asksForSomething(body[name])) {
      refuse(name, 'is not supported by this model: nothing runs on the server');
    }
  }
  const config = optional(body['output_config'], 'output_config', objectAt);
  const format = config?.['format'] ?? body['output_format'];
  return converseRequestOf({
    model,
    system: optional(body['system'], 'system', systemParts) ?? [],
    turns: withEndCached(messagesTurns(listAt(body['messages'], 'messages')), body),
    turnsField: 'messages',
    tools: toolWishesAt(body),
    maxTokens: optional(body['max_tokens'], 'max_tokens', countAt),
    temperature: optional(body['temperature'], 'temperature', inUnit),
    topP: optional(body['top_p'], 'top_p', inUnit),
    stopSequences: optional(body['stop_sequences'], 'stop_sequences', (value, field) =>
      listAt(value, field).map((stop, position) => textAt(stop, `${field}.${position}`)),
    ),
    ...schemaAt(format),
    reasoning: reasoningAt(body, config),
    serviceTier: body['service_tier'] === 'standard_only' ? 'default' : undefined,
    metadata: undefined,
    additional: unreadMembers(body, model),
  });
}

/** Helps that Claude offers to those who send its beta flags. The answer is the same without them. */
const BETA = namesIn('anthropic_beta betas context_management speed');

/**
 * A beta flag and its member travel together or not at all. Converse takes no header, so the flags
 * must be in the body.
 */
function unreadMembers(body: JsonObject, model: string): JsonObject {
  const hasFlags = isClaude(model) && asksForSomething(body['anthropic_beta']);
  const unread = Object.entries(body).filter(
    ([name, value]) => !READ.has(name) && asksForSomething(value) && (hasFlags || !BETA.has(name)),
  );
  const asksForStop = isClaude(model) && asksForSomething(body['stop_sequences']);
  return {
    ...Object.fromEntries(unread),
    // Converse says only that there was one.
    ...(asksForStop ? { additionalModelResponseFieldPaths: ['/stop_sequence'] } : {}),
  };
}

const asksForSomething = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);

const inUnit = (value: unknown, field: string): number => numberAt(value, field, [0, 1]);

/** `cache_control` of the request itself caches up to the end of the last message. */
function withEndCached(turns: readonly Turn[], body: JsonObject): readonly Turn[] {
  const cache: Part[] = cacheOf(body);
  const last = turns.at(-1);
  if (!last || cache.length === 0) return turns;
  return [...turns.slice(0, -1), { role: last.role, parts: [...last.parts, ...cache] }];
}

function schemaAt(format: unknown): Pick<RequestParts, 'answerSchema'> {
  const wish = optional(format, 'output_config.format', objectAt);
  if (!wish) return {};
  if (wish['type'] !== 'json_schema') refuse('output_config.format.type', 'must be json_schema');
  return { answerSchema: { schema: objectAt(wish['schema'], 'output_config.format.schema') } };
}

/** A budget says more than an effort. */
function reasoningAt(body: JsonObject, config: JsonObject | undefined): ReasoningWish | undefined {
  const effort = optional(config?.['effort'], 'output_config.effort', effortAt);
  const thinking = optional(body['thinking'], 'thinking', objectAt);
  const wish = thinking ? thinkingAt(thinking, 'thinking') : undefined;
  if (wish?.kind === 'adaptive') return { ...wish, effort };
  if (wish?.kind === 'budget' || effort === undefined) return wish;
  return { kind: 'output', effort };
}

function toolWishesAt(body: JsonObject): RequestParts['tools'] {
  const choice = optional(body['tool_choice'], 'tool_choice', objectAt);
  return {
    tools: (optional(body['tools'], 'tools', listAt) ?? []).map((tool, position) =>
      toolAt(tool, `tools.${position}`),
    ),
    choice: choice ? choiceAt(choice) : undefined,
    isParallel: choice?.['disable_parallel_tool_use'] !== true,
  };
}

function toolAt(value: unknown, field: string): ClientTool {
  const tool = objectAt(value, field);
  const type = tool['type'] ?? 'custom';
  if (type !== 'custom') {
    return refuse(
      `${field}.type`,
      `must be custom: this model does not know ${String(type)}, and Purser runs no tools on the server`,
    );
  }
  return {
    name: nameAt(tool['name'], `${field}.name`),
    description: textOf(tool, 'description'),
    schema: objectAt(tool['input_schema'], `${field}.input_schema`),
    isStrict: tool['strict'] === true,
    isCustom: false,
    cache: cacheOf(tool),
  };
}

function choiceAt(choice: JsonObject): ToolChoice {
  const type = choice['type'];
  if (type === 'auto' || type === 'any' || type === 'none') return { kind: type };
  if (type === 'tool') return { kind: 'tool', name: nameAt(choice['name'], 'tool_choice.name') };
  return refuse('tool_choice.type', 'must be auto, any, tool or none');
}
