import type { JsonObject } from '../wire-format.ts';
import { audioAt, base64At, dataUrlAt, fileAt, imageAt } from './media.ts';
import {
  isBlank,
  isObject,
  listAt,
  nameAt,
  objectAt,
  optional,
  parsedJson,
  refuse,
  textAt,
  textOf,
} from './reading.ts';
import { thinkingParts } from './thinking-blocks.ts';
import { cacheOf, type Part, type Turn } from './turn.ts';

/**
 * The messages of a Chat Completions request. Instructions at the start are the system's; later
 * ones stay where they are, so that the prefix before them stays the same and cached.
 * @throws BadFieldError for what Converse has no place for
 */
export function chatTurns(messages: readonly unknown[]): { system: Part[]; turns: Turn[] } {
  const system: Part[] = [];
  const turns: Turn[] = [];
  messages.forEach((value, position) => {
    const field = `messages.${position}`;
    const message = objectAt(value, field);
    const role = textAt(message['role'], `${field}.role`);
    switch (role) {
      case 'system':
      case 'developer': {
        const parts = textParts(message['content'], `${field}.content`, message);
        if (turns.length === 0) system.push(...parts);
        else turns.push({ role: 'user', parts: parts.map(asInstruction) });
        break;
      }
      case 'user':
        turns.push({ role, parts: userParts(message, field) });
        break;
      case 'assistant':
        turns.push({ role, parts: assistantParts(message, field) });
        break;
      case 'tool':
        turns.push({ role: 'user', parts: toolParts(message, field) });
        break;
      default:
        refuse(`${field}.role`, 'must be system, developer, user, assistant or tool');
    }
  });
  return { system, turns };
}

/** Instructions amid a conversation, which Converse takes only from the user, marked as what they are. */
export const asInstruction = (part: Part): Part =>
  part.kind === 'text' && !isBlank(part.text)
    ? { kind: 'text', text: `<system>\n${part.text}\n</system>` }
    : part;

function textParts(content: unknown, field: string, message: JsonObject): Part[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }, ...cacheOf(message)];
  return listAt(content, field).flatMap((value, position) => {
    const part = objectAt(value, `${field}.${position}`);
    if (part['type'] !== 'text') refuse(`${field}.${position}.type`, 'must be text');
    return textPart(part, `${field}.${position}`);
  });
}

const textPart = (part: JsonObject, field: string): Part[] => [
  { kind: 'text', text: textAt(part['text'], `${field}.text`) },
  ...cacheOf(part),
];

function userParts(message: JsonObject, field: string): Part[] {
  const content = message['content'];
  if (typeof content === 'string') return [{ kind: 'text', text: content }, ...cacheOf(message)];
  return contentParts(content, `${field}.content`);
}

const contentParts = (content: unknown, field: string): Part[] =>
  listAt(content, field).flatMap((value, position) => {
    const path = `${field}.${position}`;
    const part = objectAt(value, path);
    return part['type'] === 'text'
      ? textPart(part, path)
      : [mediaPart(part, path), ...cacheOf(part)];
  });

function mediaPart(part: JsonObject, field: string): Part {
  switch (part['type']) {
    case 'image_url': {
      const image = part['image_url'];
      const url = isObject(image) ? image['url'] : image;
      const path = `${field}.image_url.url`;
      return imageAt(dataUrlAt(textAt(url, path), path), path);
    }
    case 'input_audio': {
      const audio = objectAt(part['input_audio'], `${field}.input_audio`);
      const path = `${field}.input_audio.data`;
      const format = textAt(audio['format'], `${field}.input_audio.format`);
      return audioAt({ format, base64: base64At(textAt(audio['data'], path), path) }, path);
    }
    case 'file':
      return filePart(objectAt(part['file'], `${field}.file`), `${field}.file`);
    default:
      return refuse(`${field}.type`, 'must be text, image_url, input_audio or file');
  }
}

function filePart(file: JsonObject, field: string): Part {
  if (file['file_data'] === undefined) {
    return refuse(`${field}.file_data`, 'is required: Purser stores no files');
  }
  const path = `${field}.file_data`;
  const data = textAt(file['file_data'], path);
  const name = textOf(file, 'filename');
  const { type, base64 } = data.startsWith('data:')
    ? dataUrlAt(data, path)
    : { type: '', base64: base64At(data, path) };
  return fileAt({ type, base64, name }, path);
}

function assistantParts(message: JsonObject, field: string): Part[] {
  for (const name of ['function_call', 'audio'] as const) {
    if (isObject(message[name])) refuse(`${field}.${name}`, 'is not supported');
  }
  const calls = optional(message['tool_calls'], `${field}.tool_calls`, listAt) ?? [];
  return [
    ...thinkingParts(message['thinking_blocks'], `${field}.thinking_blocks`),
    ...spokenParts(message['content'], `${field}.content`),
    ...refusalParts(message['refusal'], `${field}.refusal`),
    ...calls.map((call, position) => callPart(call, `${field}.tool_calls.${position}`)),
    ...cacheOf(message),
  ];
}

/** What the assistant said, where a refusal counts as said. */
function spokenParts(content: unknown, field: string): Part[] {
  if (content === undefined || content === null) return [];
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return listAt(content, field).flatMap((value, position) => {
    const path = `${field}.${position}`;
    const part = objectAt(value, path);
    if (part['type'] === 'refusal') return refusalParts(part['refusal'], `${path}.refusal`);
    if (part['type'] !== 'text') refuse(`${path}.type`, 'must be text or refusal');
    return textPart(part, path);
  });
}

const refusalParts = (refusal: unknown, field: string): Part[] => {
  const text = optional(refusal, field, textAt);
  return text === undefined ? [] : [{ kind: 'text', text }];
};

function callPart(value: unknown, field: string): Part {
  const call = objectAt(value, field);
  const id = nameAt(call['id'], `${field}.id`);
  if (call['type'] === 'custom') {
    const custom = objectAt(call['custom'], `${field}.custom`);
    const name = nameAt(custom['name'], `${field}.custom.name`);
    const input = { input: textAt(custom['input'], `${field}.custom.input`) };
    return { kind: 'call', id, name, input, field };
  }
  const path = `${field}.function`;
  const called = objectAt(call['function'], path);
  return {
    kind: 'call',
    id,
    name: nameAt(called['name'], `${path}.name`),
    input: argumentsOf(textAt(called['arguments'] ?? '', `${path}.arguments`)),
    field,
  };
}

/**
 * The input of a call. Converse takes an object; what a model wrote as something else, or left
 * unfinished, is kept as text, because a conversation with it must go on.
 */
export function argumentsOf(text: string): JsonObject {
  if (text.trim() === '') return {};
  const value = parsedJson(text);
  return isObject(value) ? value : { arguments: value ?? text };
}

function toolParts(message: JsonObject, field: string): Part[] {
  const content = message['content'];
  return [
    {
      kind: 'result',
      id: nameAt(message['tool_call_id'], `${field}.tool_call_id`),
      content:
        typeof content === 'string'
          ? [{ kind: 'text', text: content }]
          : contentParts(content ?? [], `${field}.content`),
      isError: false,
      field: `${field}.tool_call_id`,
    },
    ...cacheOf(message),
  ];
}
