import { invalid } from '../fault.ts';
import { isObject, type Json, listOf, numberOf, objectOf, parseJson, textOf } from '../json.ts';
import type { Block, CachePoint, ModelCall, Tool, ToolChoice, Turn } from '../model-call.ts';
import type { ModelFacts } from '../model-facts.ts';
import { readAnthropicExtras } from './anthropic-fields.ts';
import { checkToolTurns } from './converse-tools.ts';
import { documentBlock, imageBlock } from './media.ts';

const BLOCK_KEYS = [
  'text',
  'image',
  'document',
  'video',
  'audio',
  'toolUse',
  'toolResult',
  'guardContent',
  'cachePoint',
  'reasoningContent',
  'citationsContent',
  'searchResult',
];
const TEXT_FORMATS = new Set(['txt', 'md', 'csv', 'html']);
const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

/** Reads the body of Converse and ConverseStream. Throws a fault as Bedrock words it. */
export function readConverse(body: Json, facts: ModelFacts): ModelCall {
  const turns = listOf(body['messages']).map(readTurn);
  checkTurns(turns);
  const toolConfig = body['toolConfig'];
  checkToolTurns(turns, toolConfig !== undefined);
  checkMetadata(objectOf(body['requestMetadata']));
  const inference = objectOf(body['inferenceConfig']);
  const maxTokens = numberOf(inference['maxTokens']);
  checkMaxTokens(maxTokens, facts);
  const { reasoningTokens } = readAnthropicExtras(
    objectOf(body['additionalModelRequestFields']),
    facts.family,
    maxTokens,
  );
  return {
    system: listOf(body['system']).map(readSystemBlock),
    turns,
    tools: listOf(objectOf(toolConfig)['tools']).map(readTool),
    toolChoice: readToolChoice(objectOf(objectOf(toolConfig)['toolChoice'])),
    maxTokens,
    stopSequences: listOf(inference['stopSequences']).map(textOf),
    reasoningTokens,
    schema: readSchema(objectOf(objectOf(body['outputConfig'])['textFormat'])),
    serviceTier: readTier(body['serviceTier']),
  };
}

const TIERS = new Set(['default', 'flex', 'priority', 'reserved']);

function readTier(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const type = textOf(objectOf(value)['type']);
  if (TIERS.has(type)) return type;
  throw invalid(
    `1 validation error detected: Value '${type}' at 'serviceTier.type' failed to satisfy constraint: Member must satisfy enum value set: [priority, default, flex, reserved]`,
  );
}

export function checkMaxTokens(maxTokens: number | undefined, facts: ModelFacts): void {
  if (maxTokens === undefined) return;
  if (maxTokens < 1) {
    throw invalid(
      `1 validation error detected: Value '${maxTokens}' at 'inferenceConfig.maxTokens' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    );
  }
  const limit = facts.maxOutputTokens;
  if (maxTokens > limit) {
    throw invalid(
      `The maximum tokens you requested exceeds the model limit of ${limit}. Try again with a maximum tokens value that is lower than ${limit}.`,
    );
  }
}

function readTurn(value: unknown, at: number): Turn {
  const message = objectOf(value);
  const role = message['role'];
  if (role !== 'user' && role !== 'assistant') {
    throw invalid(
      `1 validation error detected: Value '${textOf(role)}' at 'messages.${at + 1}.member.role' failed to satisfy constraint: Member must satisfy enum value set: [user, assistant]`,
    );
  }
  const content = listOf(message['content']);
  if (content.length === 0) {
    throw invalid(
      `The content field in the Message object at messages.${at} is empty. Add a ContentBlock object to the content field and try again.`,
    );
  }
  const blocks = content.map((block, position) =>
    readBlock(block, `messages.${at}.content.${position}`),
  );
  if (blocks.every(({ kind }) => kind === 'cachePoint')) {
    throw invalid(
      `The content field in the Message object at messages.${at} has only cachePoint blocks. Add content before the cachePoint and try again.`,
    );
  }
  return { role, blocks };
}

function readBlock(value: unknown, path: string): Block {
  const block = objectOf(value);
  const members = Object.entries(block).filter(([, member]) => member !== null);
  const [key = '', member] = members[0] ?? [];
  if (members.length !== 1 || !BLOCK_KEYS.includes(key)) {
    throw invalid(
      `The ContentBlock object at ${path} must set exactly one member: ${BLOCK_KEYS.join(', ')}.`,
    );
  }
  const part = objectOf(member);
  switch (key) {
    case 'text':
      return textBlock(textOf(member), `ContentBlock object at ${path}`);
    case 'image':
    case 'video':
    case 'audio':
      return imageBlock(sourceOf(part, path));
    case 'document':
      return readDocument(part, path);
    case 'toolUse':
      return {
        kind: 'toolUse',
        id: textOf(part['toolUseId']),
        name: textOf(part['name']),
        input: part['input'],
      };
    case 'toolResult':
      return readToolResult(part, path);
    case 'cachePoint':
      return cachePoint(part);
    case 'reasoningContent':
      return { kind: 'reasoning', text: textOf(objectOf(part['reasoningText'])['text']) };
    default:
      return { kind: 'text', text: JSON.stringify(part) };
  }
}

function textBlock(text: string, place: string): Block {
  if (text.trim() === '') {
    throw invalid(
      `The text field in the ${place} is blank. Add text to the text field, and try again.`,
    );
  }
  return { kind: 'text', text };
}

function sourceOf(part: Json, path: string): string {
  const bytes = objectOf(part['source'])['bytes'];
  if (typeof bytes === 'string' && bytes !== '') return bytes;
  throw invalid(`The source at ${path} must hold bytes.`);
}

function readDocument(part: Json, path: string): Block {
  if (textOf(part['name']) === '') {
    throw invalid(`The name field in the DocumentBlock object at ${path} is blank.`);
  }
  const text = objectOf(part['source'])['text'];
  if (typeof text === 'string') return documentBlock(text, false, true);
  return documentBlock(sourceOf(part, path), true, TEXT_FORMATS.has(textOf(part['format'])));
}

function readToolResult(part: Json, path: string): Block {
  const content = listOf(part['content']);
  if (part['status'] === 'error' && content.length === 0) {
    throw invalid(
      `The content field at ${path}.toolResult cannot be empty when status value is error.`,
    );
  }
  const blocks = content.map((item, position): Block => {
    const inner = objectOf(item);
    if (inner['cachePoint'] !== undefined) {
      throw invalid(`The toolResult at ${path} cannot hold a cachePoint.`);
    }
    if (inner['json'] !== undefined) return { kind: 'text', text: JSON.stringify(inner['json']) };
    if (typeof inner['text'] === 'string') return { kind: 'text', text: inner['text'] };
    return readBlock(item, `${path}.toolResult.content.${position}`);
  });
  return { kind: 'toolResult', id: textOf(part['toolUseId']), blocks };
}

const cachePoint = (part: Json): CachePoint => ({
  kind: 'cachePoint',
  ttl: part['ttl'] === '1h' ? '1h' : '5m',
});

function readSystemBlock(value: unknown, at: number): Block {
  const block = objectOf(value);
  if (block['cachePoint'] !== undefined) return cachePoint(objectOf(block['cachePoint']));
  return textBlock(textOf(block['text']), `SystemContentBlock object at system.${at}`);
}

function readTool(value: unknown, at: number): Tool | CachePoint {
  const tool = objectOf(value);
  if (tool['cachePoint'] !== undefined) return cachePoint(objectOf(tool['cachePoint']));
  const spec = objectOf(tool['toolSpec']);
  const name = textOf(spec['name']);
  const place = `toolConfig.tools.${at + 1}.member.toolSpec`;
  if (!TOOL_NAME.test(name)) {
    throw invalid(
      `1 validation error detected: Value '${name}' at '${place}.name' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_-]+`,
    );
  }
  if (spec['description'] === '') {
    throw invalid(
      `1 validation error detected: Value '' at '${place}.description' failed to satisfy constraint: Member must have length greater than or equal to 1`,
    );
  }
  return {
    kind: 'tool',
    name,
    description: textOf(spec['description']),
    schema: objectOf(objectOf(spec['inputSchema'])['json']),
  };
}

function readToolChoice(choice: Json): ToolChoice {
  if (choice['any'] !== undefined) return 'any';
  const name = textOf(objectOf(choice['tool'])['name']);
  return name === '' ? 'auto' : { name };
}

function readSchema(format: Json): Json | undefined {
  if (format['type'] !== 'json_schema') return undefined;
  const text = textOf(objectOf(objectOf(format['structure'])['jsonSchema'])['schema']);
  const schema = parseJson(text);
  if (!isObject(schema)) {
    throw invalid('The schema of outputConfig.textFormat must be a JSON schema as text.');
  }
  return schema;
}

function checkTurns(turns: readonly Turn[]): void {
  if (turns[0]?.role !== 'user') {
    throw invalid(
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    );
  }
  if (turns.some(({ role }, at) => at > 0 && role === turns[at - 1]?.role)) {
    throw invalid(
      'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.',
    );
  }
  for (const [at, { blocks }] of turns.entries()) {
    const holds = (kind: Block['kind'], name?: string): boolean =>
      blocks.some(
        (block) =>
          block.kind === kind &&
          (name === undefined || (block.kind === 'media' && block.name === name)),
      );
    if (holds('media', 'document') && !holds('text')) {
      throw invalid(
        `Include a ContentBlock object with text beside the document at messages.${at} and try again.`,
      );
    }
  }
}

function checkMetadata(metadata: Json): void {
  const entries = Object.entries(metadata);
  const isWrong = (text: unknown): boolean => typeof text !== 'string' || text.length > 256;
  if (entries.length > 16 || entries.some(([name, value]) => isWrong(name) || isWrong(value))) {
    throw invalid(
      "1 validation error detected: Value at 'requestMetadata' failed to satisfy constraint: at most 16 entries of at most 256 characters each",
    );
  }
}
