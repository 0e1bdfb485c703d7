import { opaqueName } from '../../pricing/model-id.ts';
import { HIDDEN_LIMIT_REASON, hiddenLimitIn } from '../hidden-limits.ts';
import { withOutputLimit } from '../output-limit.ts';
import type { JsonObject } from '../wire-format.ts';
import { shortenedLives } from './cache-places.ts';
import { converseMessagesOf, mergedTurns } from './converse-messages.ts';
import { compact, isBlank, isObject, refuse } from './reading.ts';
import {
  reasoningPartsOf,
  takesReasoning,
  type ReasoningWish,
  withoutImpossibleReasoning,
} from './reasoning.ts';
import { toolPartsOf, type ToolWishes } from './tools.ts';
import { cachePointOf, type Part, type Turn } from './turn.ts';

/** What a client's request says, whatever its format. */
export type RequestParts = {
  model: string;
  system: readonly Part[];
  turns: readonly Turn[];
  /** The member of the client's body that holds the turns. */
  turnsField: 'messages' | 'input';
  tools: ToolWishes;
  maxTokens?: number | undefined;
  temperature?: number | undefined;
  topP?: number | undefined;
  stopSequences?: readonly string[] | undefined;
  /** The JSON schema that the answer follows. */
  answerSchema?:
    { schema: JsonObject; name?: string | undefined; description?: string | undefined } | undefined;
  /** Whether the answer is any JSON object. */
  isJson?: boolean | undefined;
  reasoning?: ReasoningWish | undefined;
  serviceTier?: 'default' | 'flex' | 'priority' | 'reserved' | undefined;
  metadata?: Readonly<Record<string, string>> | undefined;
  /** Members of the client's body that only the model may know, by their own names. */
  additional: JsonObject;
};

/** Members of Converse that clients of other formats send by the same name. */
export const CONVERSE_MEMBERS = new Set([
  'guardrailConfig',
  'performanceConfig',
  'additionalModelResponseFieldPaths',
]);

const ONLY_JSON = 'Answer with one JSON object and nothing else.';

/**
 * The body of a Converse request.
 * @throws BadFieldError if the parts cannot be one
 */
export function converseRequestOf(parts: RequestParts): JsonObject {
  const { model, maxTokens, temperature, topP, stopSequences } = parts;
  const turns = takesReasoning(model) ? parts.turns : parts.turns.map(withoutReasoning);
  if (opaqueName(model) === 'prompt') {
    refuse('model', 'must not be a managed prompt: it sets its own maximum of output');
  }
  const hidden = hiddenLimitIn(parts.additional, '');
  if (hidden !== undefined) refuse(hidden, HIDDEN_LIMIT_REASON);
  const tools = toolPartsOf(parts.tools, turns, model);
  const choice = parts.tools.choice?.kind;
  const reasoning = withoutImpossibleReasoning(reasoningPartsOf(parts.reasoning, model), {
    turns: mergedTurns(turns),
    isForced: choice === 'any' || choice === 'tool',
  });
  const { members, fields } = splitMembers(parts.additional);
  const additional = { ...fields, ...tools.additional, ...reasoning.additional };
  const notes = [tools.note, parts.isJson === true ? ONLY_JSON : undefined];
  const system = [
    ...systemBlocks(parts.system),
    ...notes.flatMap((text) => (text === undefined ? [] : [{ text }])),
  ];
  const inference = compact({
    maxTokens,
    temperature,
    topP,
    stopSequences: stopSequences?.length === 0 ? undefined : stopSequences,
  });
  const outputConfig = compact({
    textFormat: parts.answerSchema ? textFormatOf(parts.answerSchema) : undefined,
    effort: reasoning.effort,
  });
  const body = compact({
    messages: converseMessagesOf(turns, parts.turnsField),
    system: unlessEmpty(system),
    inferenceConfig: unlessEmpty(inference),
    toolConfig: tools.toolConfig,
    outputConfig: unlessEmpty(outputConfig),
    serviceTier: parts.serviceTier ? { type: parts.serviceTier } : undefined,
    requestMetadata: parts.metadata ? unlessEmpty(requestMetadata(parts.metadata)) : undefined,
    additionalModelRequestFields: unlessEmpty(additional),
    ...members,
  });
  return withOrderedLives(
    maxTokens === undefined ? body : withOutputLimit('converse', body, maxTokens),
  );
}

const withoutReasoning = ({ role, parts }: Turn): Turn => ({
  role,
  parts: parts.filter(({ kind }) => kind !== 'reasoning'),
});

const unlessEmpty = <Value extends object>(value: Value): Value | undefined =>
  Object.keys(value).length === 0 ? undefined : value;

function systemBlocks(parts: readonly Part[]): JsonObject[] {
  const blocks: JsonObject[] = [];
  for (const part of parts) {
    if (part.kind === 'text' && !isBlank(part.text)) blocks.push({ text: part.text });
    const last = blocks.at(-1);
    if (part.kind === 'cache' && last && !('cachePoint' in last)) blocks.push(cachePointOf(part));
  }
  return blocks;
}

const textFormatOf = ({
  schema,
  name,
  description,
}: NonNullable<RequestParts['answerSchema']>) => ({
  type: 'json_schema',
  structure: { jsonSchema: compact({ schema: JSON.stringify(schema), name, description }) },
});

/** What Converse knows by name, and what is only the model's. */
function splitMembers(additional: JsonObject): { members: JsonObject; fields: JsonObject } {
  const { additionalModelRequestFields: own, ...rest } = additional;
  const entries = Object.entries(rest);
  return {
    members: Object.fromEntries(entries.filter(([name]) => CONVERSE_MEMBERS.has(name))),
    fields: {
      ...Object.fromEntries(entries.filter(([name]) => !CONVERSE_MEMBERS.has(name))),
      ...(isObject(own) ? own : {}),
    },
  };
}

/** Amazon Bedrock takes 16 entries of these characters; one is left for the reservation's id. */
const MOST_METADATA = 15;
const METADATA = /^[a-zA-Z0-9\s:_@$#=/+,\-.]{1,256}$/;

/** The entries that Amazon Bedrock takes. They only label its logs, so the others may go. */
const requestMetadata = (metadata: Readonly<Record<string, string>>): JsonObject =>
  Object.fromEntries(
    Object.entries(metadata)
      .filter(([name, value]) => METADATA.test(name) && METADATA.test(value))
      .slice(0, MOST_METADATA),
  );

function withOrderedLives(body: JsonObject): JsonObject {
  const inOrder = shortenedLives();
  const blocks = (value: unknown): JsonObject[] => (value as JsonObject[]).map(inOrder);
  const { toolConfig, system, messages } = body as {
    toolConfig?: JsonObject;
    system?: JsonObject[];
    messages: JsonObject[];
  };
  return {
    ...body,
    ...(toolConfig ? { toolConfig: { ...toolConfig, tools: blocks(toolConfig['tools']) } } : {}),
    ...(system ? { system: blocks(system) } : {}),
    messages: messages.map((message) => ({ ...message, content: blocks(message['content']) })),
  };
}
