import { invalid } from '../fault.ts';
import { isObject, type Json, listOf, numberOf, objectOf, textOf } from '../json.ts';
import type { Block, CachePoint, ModelCall, Tool, ToolChoice, Turn } from '../model-call.ts';
import type { ModelFacts } from '../model-facts.ts';
import { betasOf, checkAnthropicFields, readThinking } from './anthropic-fields.ts';
import { documentBlock, imageBlock } from './media.ts';
import { checkCachePoints, checkToolResults } from './messages-rules.ts';

const TOOL_USE_MEMBERS = ['type', 'id', 'name', 'input', 'cache_control'];
/** Tools that the caller runs. Bedrock runs none of Anthropic's own, such as web search. */
const CLIENT_TOOL = /^(?:custom|(?:bash|text_editor|computer|memory|tool_search_tool_\w+)_\d+)$/;

/** Reads the body of the Messages API, and of InvokeModel for Claude. Throws as Anthropic words it. */
export function readMessages(body: Json, facts: ModelFacts, betaHeader: string): ModelCall {
  checkAnthropicFields(body, betasOf(betaHeader, body));
  const maxTokens = numberOf(body['max_tokens']);
  if (maxTokens === undefined) throw invalid('max_tokens: Field required');
  if (maxTokens < 1) throw invalid('max_tokens: Input should be greater than or equal to 1');
  if (maxTokens > facts.maxOutputTokens) {
    throw invalid(
      `max_tokens: ${maxTokens} > ${facts.maxOutputTokens}, which is the maximum allowed number of output tokens for this model`,
    );
  }
  const call = readPrompt(body);
  return {
    ...call,
    maxTokens,
    stopSequences: listOf(body['stop_sequences']).map(textOf),
    reasoningTokens: readThinking(body['thinking'], maxTokens),
    schema: readSchema(body),
  };
}

/** Reads what `count_tokens` counts: everything but the settings of the answer. */
export function readPrompt(body: Json): ModelCall {
  const turns = mergeTurns(listOf(body['messages']).map(readTurn));
  if (turns.length === 0) throw invalid('messages: at least one message is required');
  if (turns[0]?.role !== 'user') {
    throw invalid('messages: first message must use the "user" role');
  }
  checkToolResults(turns);
  const system = typeof body['system'] === 'string' ? [textBlock(body['system'], 'system')] : [];
  const call: ModelCall = {
    system: [
      ...system,
      ...listOf(body['system']).flatMap((block, at) => readBlock(block, `system.${at}`)),
    ],
    turns,
    tools: listOf(body['tools']).flatMap(readTool),
    toolChoice: readToolChoice(objectOf(body['tool_choice'])),
    stopSequences: [],
  };
  checkCachePoints(call);
  return isObject(body['cache_control']) ? withPointAtEnd(call, body['cache_control']) : call;
}

function readTurn(value: unknown, at: number): Turn {
  const message = objectOf(value);
  const role = message['role'];
  if (role !== 'user' && role !== 'assistant') {
    throw invalid(`messages.${at}.role: Input should be 'user' or 'assistant'`);
  }
  const path = `messages.${at}.content`;
  const content = message['content'];
  if (typeof content === 'string') {
    if (content === '') throw invalid(`messages.${at}: user messages must have non-empty content`);
    return { role, blocks: [textBlock(content, path)] };
  }
  if (!Array.isArray(content)) throw invalid(`${path}: Field required`);
  if (content.length === 0) {
    throw invalid(`messages.${at}: all messages must have non-empty content`);
  }
  return {
    role,
    blocks: content.flatMap((block, position) => readBlock(block, `${path}.${position}`)),
  };
}

/** The API combines consecutive messages of one role. */
function mergeTurns(turns: readonly Turn[]): Turn[] {
  const merged: Turn[] = [];
  for (const turn of turns) {
    const last = merged.at(-1);
    if (last?.role === turn.role) {
      merged[merged.length - 1] = { role: last.role, blocks: [...last.blocks, ...turn.blocks] };
    } else merged.push(turn);
  }
  return merged;
}

/** A block, and the cache point that its `cache_control` sets after it. */
function readBlock(value: unknown, path: string): Block[] {
  const block = objectOf(value);
  const control = block['cache_control'];
  const point: Block[] = isObject(control) ? [cachePoint(control, path)] : [];
  return [readContent(block, path), ...point];
}

function readContent(block: Json, path: string): Block {
  const source = objectOf(block['source']);
  switch (block['type']) {
    case 'text':
      return textBlock(textOf(block['text']), path);
    case 'image':
      return imageBlock(dataOf(source, path));
    case 'document':
      return source['type'] === 'text'
        ? documentBlock(textOf(source['data']), false, true)
        : documentBlock(dataOf(source, path), true, false);
    case 'thinking':
      return { kind: 'reasoning', text: textOf(block['thinking']) };
    case 'redacted_thinking':
      return { kind: 'reasoning', text: textOf(block['data']) };
    case 'tool_use':
      checkMembers(block, TOOL_USE_MEMBERS, `${path}.tool_use`);
      return {
        kind: 'toolUse',
        id: textOf(block['id']),
        name: textOf(block['name']),
        input: block['input'],
      };
    case 'tool_result': {
      const content = block['content'];
      const blocks: Block[] =
        typeof content === 'string'
          ? [{ kind: 'text', text: content }]
          : listOf(content).flatMap((item, at) => readBlock(item, `${path}.content.${at}`));
      return { kind: 'toolResult', id: textOf(block['tool_use_id']), blocks };
    }
    default:
      throw invalid(
        `${path}: Input tag '${textOf(block['type'])}' found using 'type' does not match any of the expected tags: 'document', 'image', 'redacted_thinking', 'text', 'thinking', 'tool_result', 'tool_use'`,
      );
  }
}

function textBlock(text: string, path: string): Block {
  if (text.trim() === '') throw invalid(`${path}: text content blocks must be non-empty`);
  return { kind: 'text', text };
}

function dataOf(source: Json, path: string): string {
  if (source['type'] !== 'base64') {
    throw invalid(`${path}.source: only base64 sources are supported on Amazon Bedrock`);
  }
  return textOf(source['data']);
}

function cachePoint(control: Json, path: string): CachePoint {
  checkMembers(control, ['type', 'ttl'], `${path}.cache_control.ephemeral`);
  return { kind: 'cachePoint', ttl: control['ttl'] === '1h' ? '1h' : '5m' };
}

/** Anthropic refuses members that it does not know, and names the first one. */
function checkMembers(value: Json, members: readonly string[], path: string): void {
  const extra = Object.keys(value).find((name) => !members.includes(name));
  if (extra !== undefined) throw invalid(`${path}.${extra}: Extra inputs are not permitted`);
}

function withPointAtEnd(call: ModelCall, control: Json): ModelCall {
  const last = call.turns.at(-1);
  if (last === undefined) return call;
  const turn = { ...last, blocks: [...last.blocks, cachePoint(control, 'request')] };
  return { ...call, turns: [...call.turns.slice(0, -1), turn] };
}

function readTool(value: unknown, at: number): (Tool | CachePoint)[] {
  const tool = objectOf(value);
  const type = textOf(tool['type'] ?? 'custom');
  if (!CLIENT_TOOL.test(type)) {
    throw invalid(
      `tools.${at}: Input tag '${type}' found using 'type' does not match any of the expected tags`,
    );
  }
  const name = textOf(tool['name']);
  if (name === '') throw invalid(`tools.${at}.name: String should have at least 1 character`);
  const control = tool['cache_control'];
  return [
    {
      kind: 'tool',
      name,
      description: textOf(tool['description']),
      schema: objectOf(tool['input_schema']),
    },
    ...(isObject(control) ? [cachePoint(control, `tools.${at}`)] : []),
  ];
}

function readToolChoice(choice: Json): ToolChoice {
  if (choice['type'] === 'tool') return { name: textOf(choice['name']) };
  return choice['type'] === 'any' || choice['type'] === 'none' ? choice['type'] : 'auto';
}

function readSchema(body: Json): Json | undefined {
  const format = objectOf(objectOf(body['output_config'])['format'] ?? body['output_format']);
  return format['type'] === 'json_schema' ? objectOf(format['schema']) : undefined;
}
