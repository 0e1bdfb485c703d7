import { invalid } from '../fault.ts';
import { isObject, type Json, listOf, numberOf, objectOf, parseJson, textOf } from '../json.ts';
import type { Block, ModelCall, Tool, ToolChoice, Turn } from '../model-call.ts';
import type { ModelFacts } from '../model-facts.ts';
import { documentBlock, imageBlock } from './media.ts';

const ANY_OBJECT: Json = {
  type: 'object',
  properties: { answer: { type: 'string' } },
  required: ['answer'],
};
const REASONING_TOKENS = 4096;

/** Reads the body of Chat Completions. Throws a fault as OpenAI's API words it. */
export function readChat(body: Json, facts: ModelFacts): ModelCall {
  const messages = listOf(body['messages']);
  if (messages.length === 0) throw invalid("Missing required parameter: 'messages'.");
  const system: Block[] = [];
  const turns: Turn[] = [];
  for (const [at, value] of messages.entries()) {
    const message = objectOf(value);
    const path = `messages[${at}]`;
    if (message['role'] === 'system' || message['role'] === 'developer') {
      system.push(...readContent(message['content'], `${path}.content`));
    } else addTurn(turns, readMessage(message, path));
  }
  checkToolMessages(turns);
  const maxTokens = numberOf(body['max_completion_tokens']) ?? numberOf(body['max_tokens']);
  checkOutputLimit(maxTokens, facts, 'max_completion_tokens');
  return {
    system,
    turns,
    tools: listOf(body['tools']).map(readTool),
    toolChoice: readToolChoice(body['tool_choice']),
    maxTokens,
    stopSequences:
      typeof body['stop'] === 'string' ? [body['stop']] : listOf(body['stop']).map(textOf),
    reasoningTokens: readEffort(body['reasoning_effort']),
    schema: readFormat(objectOf(body['response_format'])),
  };
}

/** Adds a turn, or appends it to the last one if both have the same role. */
export function addTurn(turns: Turn[], turn: Turn): void {
  const last = turns.at(-1);
  if (last?.role === turn.role) {
    turns[turns.length - 1] = { role: last.role, blocks: [...last.blocks, ...turn.blocks] };
  } else turns.push(turn);
}

export function checkOutputLimit(
  maxTokens: number | undefined,
  facts: ModelFacts,
  field: string,
): void {
  if (maxTokens === undefined) return;
  if (!Number.isInteger(maxTokens) || maxTokens < 1) {
    throw invalid(
      `Invalid '${field}': integer below minimum value. Expected a value >= 1, but got ${maxTokens} instead.`,
    );
  }
  if (maxTokens > facts.maxOutputTokens) {
    throw invalid(
      `${field} is too large: ${maxTokens}. This model supports at most ${facts.maxOutputTokens} completion tokens, whereas you provided ${maxTokens}.`,
    );
  }
}

/** Models reason unless the effort is `none`. Without an effort, they do not here. */
export const readEffort = (effort: unknown): number | undefined =>
  typeof effort === 'string' && effort !== 'none' ? REASONING_TOKENS : undefined;

function readMessage(message: Json, path: string): Turn {
  switch (message['role']) {
    case 'user':
      return { role: 'user', blocks: readContent(message['content'], `${path}.content`) };
    case 'assistant': {
      const spoken = isEmpty(message['content'])
        ? []
        : readContent(message['content'], `${path}.content`);
      return {
        role: 'assistant',
        blocks: [...spoken, ...listOf(message['tool_calls']).map(readToolCall)],
      };
    }
    case 'tool': {
      const blocks = isEmpty(message['content']) ? [] : readContent(message['content'], path);
      return {
        role: 'user',
        blocks: [{ kind: 'toolResult', id: textOf(message['tool_call_id']), blocks }],
      };
    }
    default:
      throw invalid(
        `Invalid value: '${textOf(message['role'])}'. Supported values are: 'system', 'assistant', 'user', 'developer', and 'tool'.`,
      );
  }
}

const isEmpty = (content: unknown): boolean =>
  content === undefined || content === null || content === '';

function readContent(content: unknown, path: string): Block[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  if (!Array.isArray(content)) {
    throw invalid(`Invalid type for '${path}': expected one of a string or array of objects.`);
  }
  return content.map((value, at): Block => {
    const part = objectOf(value);
    switch (part['type']) {
      case 'text':
        return { kind: 'text', text: textOf(part['text']) };
      case 'image_url':
        return imageBlock(dataOfUrl(textOf(objectOf(part['image_url'])['url']), `${path}[${at}]`));
      case 'file':
        return documentBlock(
          dataOfUrl(textOf(objectOf(part['file'])['file_data']), `${path}[${at}]`),
          true,
          false,
        );
      default:
        throw invalid(`Invalid value for '${path}[${at}].type': '${textOf(part['type'])}'.`);
    }
  });
}

/** The base64 content of a data URL. */
export function dataOfUrl(url: string, path: string): string {
  const data = /^data:[^,]*;base64,(.+)$/s.exec(url)?.[1];
  if (data === undefined) throw invalid(`Invalid '${path}': only data URLs are supported.`);
  return data;
}

function readToolCall(value: unknown): Block {
  const call = objectOf(value);
  const { name, arguments: text } = objectOf(call['function']);
  return {
    kind: 'toolUse',
    id: textOf(call['id']),
    name: textOf(name),
    input: parseJson(textOf(text)) ?? text,
  };
}

function checkToolMessages(turns: readonly Turn[]): void {
  for (const [at, { blocks }] of turns.entries()) {
    const calls = (turns[at - 1]?.blocks ?? []).flatMap((block) =>
      block.kind === 'toolUse' ? [block.id] : [],
    );
    const results = blocks.flatMap((block) => (block.kind === 'toolResult' ? [block.id] : []));
    if (results.some((id) => !calls.includes(id))) {
      throw invalid(
        "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
      );
    }
    const missing = calls.filter((id) => !results.includes(id));
    if (missing.length > 0) {
      throw invalid(
        `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${missing.join(', ')}`,
      );
    }
  }
}

function readTool(value: unknown, at: number): Tool {
  const { name, description, parameters } = objectOf(objectOf(value)['function']);
  if (textOf(name) === '')
    throw invalid(`Missing required parameter: 'tools[${at}].function.name'.`);
  return {
    kind: 'tool',
    name: textOf(name),
    description: textOf(description),
    schema: objectOf(parameters),
  };
}

function readToolChoice(choice: unknown): ToolChoice {
  if (choice === 'required') return 'any';
  if (choice === 'none') return 'none';
  const name = textOf(objectOf(objectOf(choice)['function'])['name']);
  return name === '' ? 'auto' : { name };
}

function readFormat(format: Json): Json | undefined {
  if (format['type'] === 'json_object') return ANY_OBJECT;
  if (format['type'] !== 'json_schema') return undefined;
  const { schema } = objectOf(format['json_schema']);
  if (!isObject(schema)) {
    throw invalid("Missing required parameter: 'response_format.json_schema.schema'.");
  }
  return schema;
}
