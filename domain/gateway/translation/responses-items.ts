import type { JsonObject } from '../wire-format.ts';
import { argumentsOf, asInstruction } from './chat-messages.ts';
import { base64At, dataUrlAt, fileAt, imageAt, refuseAddress } from './media.ts';
import { listAt, nameAt, objectAt, optional, refuse, textAt, textOf } from './reading.ts';
import { readReasoning } from './reasoning-seal.ts';
import { cacheOf, type Part, type Turn } from './turn.ts';

/**
 * The input of a Responses request. Instructions at the start are the system's; later ones stay
 * where they are, so that the prefix before them stays the same and cached.
 * @throws BadFieldError for what Converse has no place for
 */
export function responsesTurns(input: unknown): { system: Part[]; turns: Turn[] } {
  if (typeof input === 'string') {
    return { system: [], turns: [{ role: 'user', parts: [{ kind: 'text', text: input }] }] };
  }
  const system: Part[] = [];
  const turns: Turn[] = [];
  listAt(input, 'input').forEach((value, position) => {
    const field = `input.${position}`;
    const item = objectAt(value, field);
    const role = textOf(item, 'role');
    if (role === 'system' || role === 'developer') {
      const parts = contentParts(item['content'], `${field}.content`);
      if (turns.length === 0) system.push(...parts);
      else turns.push({ role: 'user', parts: parts.map(asInstruction) });
    } else {
      turns.push(turnOf(item, field));
    }
  });
  return { system, turns };
}

function turnOf(item: JsonObject, field: string): Turn {
  const type = item['type'] ?? 'message';
  switch (type) {
    case 'message':
      return messageTurn(item, field);
    case 'reasoning':
      return { role: 'assistant', parts: readReasoning(item) };
    case 'function_call':
    case 'custom_tool_call':
      return { role: 'assistant', parts: [callPart(item, field)] };
    case 'function_call_output':
    case 'custom_tool_call_output':
      return { role: 'user', parts: [resultPart(item, field)] };
    case 'item_reference':
      return refuse(`${field}.type`, 'must not be item_reference: Purser stores no items');
    default:
      return refuse(
        `${field}.type`,
        `must be message, reasoning, function_call, custom_tool_call or the output of a call, not ${String(type)}`,
      );
  }
}

function messageTurn(item: JsonObject, field: string): Turn {
  const role = item['role'];
  if (role !== 'user' && role !== 'assistant') {
    return refuse(`${field}.role`, 'must be user, assistant, system or developer');
  }
  return { role, parts: contentParts(item['content'], `${field}.content`) };
}

function contentParts(content: unknown, field: string): Part[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return listAt(content, field).flatMap((value, position) => {
    const path = `${field}.${position}`;
    const part = objectAt(value, path);
    return [contentPart(part, path), ...cacheOf(part)];
  });
}

function contentPart(part: JsonObject, field: string): Part {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { kind: 'text', text: textAt(part['text'], `${field}.text`) };
    case 'refusal':
      return { kind: 'text', text: textAt(part['refusal'], `${field}.refusal`) };
    case 'input_image': {
      const path = `${field}.image_url`;
      if (part['image_url'] == null) return refuse(path, 'is required: Purser stores no files');
      return imageAt(dataUrlAt(textAt(part['image_url'], path), path), path);
    }
    case 'input_file':
      return filePart(part, field);
    default:
      return refuse(`${field}.type`, 'must be input_text, input_image, input_file or output_text');
  }
}

function filePart(part: JsonObject, field: string): Part {
  if (part['file_url'] != null) return refuseAddress(`${field}.file_url`);
  const path = `${field}.file_data`;
  if (part['file_data'] == null) return refuse(path, 'is required: Purser stores no files');
  const data = textAt(part['file_data'], path);
  const { type, base64 } = data.startsWith('data:')
    ? dataUrlAt(data, path)
    : { type: '', base64: base64At(data, path) };
  return fileAt({ type, base64, name: textOf(part, 'filename') }, path);
}

function callPart(item: JsonObject, field: string): Part {
  const isCustom = item['type'] === 'custom_tool_call';
  return {
    kind: 'call',
    id: nameAt(item['call_id'], `${field}.call_id`),
    name: nameAt(item['name'], `${field}.name`),
    input: isCustom
      ? { input: textAt(item['input'], `${field}.input`) }
      : argumentsOf(optional(item['arguments'], `${field}.arguments`, textAt) ?? ''),
    field,
  };
}

function resultPart(item: JsonObject, field: string): Part {
  const output = item['output'];
  return {
    kind: 'result',
    id: nameAt(item['call_id'], `${field}.call_id`),
    content: output == null ? [] : contentParts(output, `${field}.output`),
    isError: item['status'] === 'failed',
    field: `${field}.call_id`,
  };
}
