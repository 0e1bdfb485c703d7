import { invalid } from '../fault.ts';
import { type Json, listOf, numberOf, objectOf, parseJson, textOf } from '../json.ts';
import type { Block, ModelCall, Tool, ToolChoice, Turn } from '../model-call.ts';
import type { ModelFacts } from '../model-facts.ts';
import { addTurn, checkOutputLimit, dataOfUrl, readEffort } from './chat.ts';
import { documentBlock, imageBlock } from './media.ts';

/** Reads the body of the Responses API. Throws a fault as OpenAI's API words it. */
export function readResponses(body: Json, facts: ModelFacts): ModelCall {
  const system: Block[] = [];
  if (textOf(body['instructions']) !== '') {
    system.push({ kind: 'text', text: textOf(body['instructions']) });
  }
  const turns: Turn[] = [];
  const input = body['input'];
  if (typeof input === 'string') addTurn(turns, userText(input));
  else {
    for (const [at, value] of listOf(input).entries()) addItem(objectOf(value), at, system, turns);
  }
  if (turns.length === 0) throw invalid("Missing required parameter: 'input'.");
  if (textOf(body['previous_response_id']) !== '') {
    throw invalid(`Previous response with id '${textOf(body['previous_response_id'])}' not found.`);
  }
  if (body['background'] === true) throw invalid("Unsupported parameter: 'background'.");
  const maxTokens = numberOf(body['max_output_tokens']);
  checkOutputLimit(maxTokens, facts, 'max_output_tokens');
  const format = objectOf(objectOf(body['text'])['format']);
  return {
    system,
    turns,
    tools: listOf(body['tools']).flatMap(readTool),
    toolChoice: readToolChoice(body['tool_choice']),
    maxTokens,
    stopSequences: [],
    reasoningTokens: readEffort(objectOf(body['reasoning'])['effort']),
    schema: format['type'] === 'json_schema' ? objectOf(format['schema']) : undefined,
  };
}

const userText = (text: string): Turn => ({ role: 'user', blocks: [{ kind: 'text', text }] });

function addItem(item: Json, at: number, system: Block[], turns: Turn[]): void {
  const path = `input[${at}]`;
  switch (item['type'] ?? 'message') {
    case 'message': {
      const blocks = readContent(item['content'], path);
      const role = item['role'];
      if (role === 'system' || role === 'developer') system.push(...blocks);
      else if (role === 'user' || role === 'assistant') addTurn(turns, { role, blocks });
      else throw invalid(`Invalid value: '${textOf(role)}' at '${path}.role'.`);
      return;
    }
    case 'function_call': {
      const { call_id: id, name, namespace, arguments: text } = item;
      if (namespace !== undefined) throw invalid(`Unknown parameter: '${path}.namespace'.`);
      const input = parseJson(textOf(text)) ?? text;
      addTurn(turns, {
        role: 'assistant',
        blocks: [{ kind: 'toolUse', id: textOf(id), name: textOf(name), input }],
      });
      return;
    }
    case 'function_call_output': {
      const { call_id: id, output } = item;
      const blocks: Block[] =
        typeof output === 'string' ? [{ kind: 'text', text: output }] : readContent(output, path);
      if (!isCalled(turns.at(-1), turns.at(-2), textOf(id))) {
        throw invalid(`No tool call found for function call output with call_id ${textOf(id)}.`);
      }
      addTurn(turns, { role: 'user', blocks: [{ kind: 'toolResult', id: textOf(id), blocks }] });
      return;
    }
    case 'reasoning': {
      const text = listOf(item['summary'])
        .map((part) => textOf(objectOf(part)['text']))
        .join('\n');
      if (text !== '') addTurn(turns, { role: 'assistant', blocks: [{ kind: 'reasoning', text }] });
      return;
    }
    default:
      throw invalid(`Invalid value: '${textOf(item['type'])}' at '${path}.type'.`);
  }
}

/** Whether one of the last two turns called the tool: another result may come between. */
const isCalled = (last: Turn | undefined, earlier: Turn | undefined, id: string): boolean =>
  [...(last?.blocks ?? []), ...(earlier?.blocks ?? [])].some(
    (block) => block.kind === 'toolUse' && block.id === id,
  );

function readContent(content: unknown, path: string): Block[] {
  if (typeof content === 'string') return [{ kind: 'text', text: content }];
  return listOf(content).map((value, at): Block => {
    const part = objectOf(value);
    switch (part['type']) {
      case 'input_text':
      case 'output_text':
      case 'text':
        return { kind: 'text', text: textOf(part['text']) };
      case 'input_image':
        return imageBlock(dataOfUrl(textOf(part['image_url']), `${path}.content[${at}]`));
      case 'input_file':
        return documentBlock(
          dataOfUrl(textOf(part['file_data']), `${path}.content[${at}]`),
          true,
          false,
        );
      default:
        throw invalid(`Invalid value: '${textOf(part['type'])}' at '${path}.content[${at}].type'.`);
    }
  });
}

function readTool(value: unknown, at: number): Tool[] {
  const tool = objectOf(value);
  if (tool['type'] !== 'function') {
    throw invalid(
      `Failed to deserialize the JSON body into the target type: Invalid 'tools': unknown variant \`${textOf(tool['type'])}\`, expected \`function\` or \`mcp\``,
    );
  }
  if (textOf(tool['name']) === '')
    throw invalid(`Missing required parameter: 'tools[${at}].name'.`);
  return [
    {
      kind: 'tool',
      name: textOf(tool['name']),
      description: textOf(tool['description']),
      schema: objectOf(tool['parameters']),
    },
  ];
}

function readToolChoice(choice: unknown): ToolChoice {
  if (choice === 'required') return 'any';
  if (choice === 'none') return 'none';
  const name = textOf(objectOf(choice)['name']);
  return name === '' ? 'auto' : { name };
}
