import type { JsonObject } from '../wire-format.ts';
import { asInstruction } from './chat-messages.ts';
import { base64At, documentOf, imageAt, refuseAddress } from './media.ts';
import { isObject, listAt, nameAt, objectAt, optional, refuse, textAt, textOf } from './reading.ts';
import { thinkingPart } from './thinking-blocks.ts';
import { cacheOf, type Part, type Turn } from './turn.ts';

/** The system prompt, block by block as the client sent it: merging would lose cached prefixes. */
export const systemParts = (system: unknown, field: string): Part[] =>
  contentParts(system, field, textPart);

/**
 * The messages of a Messages request. Instructions of the system amid them stay in their place.
 * @throws BadFieldError for what Converse has no place for
 */
export const messagesTurns = (messages: readonly unknown[]): Turn[] =>
  messages.map((value, position) => {
    const field = `messages.${position}`;
    const message = objectAt(value, field);
    const content = message['content'];
    switch (message['role']) {
      case 'user':
        return { role: 'user', parts: contentParts(content, `${field}.content`, userPart) };
      case 'assistant':
        return {
          role: 'assistant',
          parts: contentParts(content, `${field}.content`, assistantPart),
        };
      case 'system':
        return {
          role: 'user',
          parts: contentParts(content, `${field}.content`, textPart).map(asInstruction),
        };
      default:
        return refuse(`${field}.role`, 'must be user, assistant or system');
    }
  });

function contentParts(
  content: unknown,
  field: string,
  read: (block: JsonObject, field: string) => Part[],
): Part[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return listAt(content, field).flatMap((value, position) => {
    const block = objectAt(value, `${field}.${position}`);
    return [...read(block, `${field}.${position}`), ...cacheOf(block)];
  });
}

function textPart(block: JsonObject, field: string): Part[] {
  if (block['type'] !== 'text') refuse(`${field}.type`, 'must be text');
  return [{ kind: 'text', text: textAt(block['text'], `${field}.text`) }];
}

function userPart(block: JsonObject, field: string): Part[] {
  if (block['type'] === 'tool_result') return [resultPart(block, field)];
  return [shownPart(block, field)];
}

/** What a user or a tool shows to the model. */
function shownPart(block: JsonObject, field: string): Part {
  switch (block['type']) {
    case 'text':
      return { kind: 'text', text: textAt(block['text'], `${field}.text`) };
    case 'image':
      return imagePart(objectAt(block['source'], `${field}.source`), `${field}.source`);
    case 'document':
      return documentPart(block, field);
    case 'search_result':
      return searchResultPart(block, field);
    default:
      return refuse(
        `${field}.type`,
        `must be text, image, document, search_result or tool_result: this model has no place for ${String(block['type'])}`,
      );
  }
}

function imagePart(source: JsonObject, field: string): Part {
  if (source['type'] !== 'base64') return refuseAddress(field);
  const path = `${field}.data`;
  const type = textAt(source['media_type'], `${field}.media_type`);
  return imageAt({ type, base64: base64At(textAt(source['data'], path), path) }, path);
}

function documentPart(block: JsonObject, field: string): Part {
  const source = objectAt(block['source'], `${field}.source`);
  const context = optional(block['context'], `${field}.context`, textAt);
  const document = {
    ...documentSource(source, `${field}.source`),
    ...(context === undefined ? {} : { context }),
    ...citationsOf(block),
  };
  return documentOf(document, textOf(block, 'title'));
}

function documentSource(source: JsonObject, field: string): JsonObject {
  switch (source['type']) {
    case 'base64': {
      const path = `${field}.data`;
      if (source['media_type'] !== 'application/pdf') {
        refuse(`${field}.media_type`, 'must be application/pdf');
      }
      return { format: 'pdf', source: { bytes: base64At(textAt(source['data'], path), path) } };
    }
    case 'text':
      return { format: 'txt', source: { text: nameAt(source['data'], `${field}.data`) } };
    case 'content':
      return { format: 'txt', source: { content: textChunks(source['content'], field) } };
    default:
      return refuseAddress(field);
  }
}

function textChunks(content: unknown, field: string): JsonObject[] {
  if (typeof content === 'string') return [{ text: nameAt(content, `${field}.content`) }];
  return listAt(content, `${field}.content`).map((value, position) => {
    const path = `${field}.content.${position}`;
    const chunk = objectAt(value, path);
    if (chunk['type'] !== 'text') refuse(`${path}.type`, 'must be text');
    return { text: nameAt(chunk['text'], `${path}.text`) };
  });
}

const citationsOf = (block: JsonObject): JsonObject => {
  const citations = block['citations'];
  return isObject(citations) && citations['enabled'] === true
    ? { citations: { enabled: true } }
    : {};
};

const searchResultPart = (block: JsonObject, field: string): Part => ({
  kind: 'media',
  block: {
    searchResult: {
      source: nameAt(block['source'], `${field}.source`),
      title: nameAt(block['title'], `${field}.title`),
      content: textChunks(block['content'], field),
      ...citationsOf(block),
    },
  },
});

function resultPart(block: JsonObject, field: string): Part {
  const content = block['content'];
  return {
    kind: 'result',
    id: nameAt(block['tool_use_id'], `${field}.tool_use_id`),
    content:
      content === undefined || content === null
        ? []
        : contentParts(content, `${field}.content`, (part, path) => [shownPart(part, path)]),
    isError: block['is_error'] === true,
    field: `${field}.tool_use_id`,
  };
}

function assistantPart(block: JsonObject, field: string): Part[] {
  switch (block['type']) {
    case 'text':
      return [{ kind: 'text', text: textAt(block['text'], `${field}.text`) }];
    case 'thinking':
    case 'redacted_thinking':
      return thinkingPart(block, field);
    case 'tool_use':
      return [
        {
          kind: 'call',
          id: nameAt(block['id'], `${field}.id`),
          name: nameAt(block['name'], `${field}.name`),
          input: isObject(block['input']) ? block['input'] : {},
          field,
        },
      ];
    default:
      return refuse(
        `${field}.type`,
        `must be text, thinking, redacted_thinking or tool_use: this model has no place for ${String(block['type'])}`,
      );
  }
}
