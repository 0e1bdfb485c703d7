import type { AnswerBlock } from '../answer.ts';
import { allPromptTokens, type Frame, type Reply } from '../reply.ts';
import { countTokens, deltasOf } from '../tokens.ts';

type Status = 'in_progress' | 'completed' | 'incomplete';
type AddEvent = (type: string, data: object, tokens?: number) => void;

/** An answer of the Responses API. */
export function responsesBody(reply: Reply): object {
  const status = finalStatus(reply);
  return response(
    reply,
    status,
    reply.answer.blocks.map((block, at) => item(reply, block, at, status)),
  );
}

/** The typed events of a streamed answer. */
export function responsesFrames(reply: Reply): Frame[] {
  const frames: Frame[] = [];
  const add: AddEvent = (type, data, tokens = 0) => {
    frames.push({ event: type, data: { type, sequence_number: frames.length, ...data }, tokens });
  };
  const status = finalStatus(reply);
  const opening = response(reply, 'in_progress', []);
  add('response.created', { response: opening });
  add('response.in_progress', { response: opening });
  for (const [at, block] of reply.answer.blocks.entries()) {
    const place = { output_index: at };
    add('response.output_item.added', { ...place, item: openItem(reply, block, at) });
    addContent(block, { item_id: itemId(reply, block, at), ...place }, add);
    add('response.output_item.done', { ...place, item: item(reply, block, at, status) });
  }
  add(`response.${status}`, { response: responsesBody(reply) });
  return frames;
}

function addContent(block: AnswerBlock, place: object, add: AddEvent): void {
  const text = block.kind === 'toolUse' ? block.inputText : block.text;
  const addDeltas = (type: string, where: object): void => {
    for (const delta of deltasOf(text)) {
      add(`${type}.delta`, { ...where, delta }, countTokens(delta));
    }
  };
  switch (block.kind) {
    case 'text': {
      const where = { ...place, content_index: 0 };
      add('response.content_part.added', { ...where, part: textPart('') });
      addDeltas('response.output_text', { ...where, logprobs: [] });
      add('response.output_text.done', { ...where, text, logprobs: [] });
      add('response.content_part.done', { ...where, part: textPart(text) });
      return;
    }
    case 'reasoning': {
      const where = { ...place, summary_index: 0 };
      add('response.reasoning_summary_part.added', { ...where, part: summaryPart('') });
      addDeltas('response.reasoning_summary_text', where);
      add('response.reasoning_summary_text.done', { ...where, text });
      add('response.reasoning_summary_part.done', { ...where, part: summaryPart(text) });
      return;
    }
    case 'toolUse':
      addDeltas('response.function_call_arguments', place);
      add('response.function_call_arguments.done', { ...place, name: block.name, arguments: text });
  }
}

const finalStatus = ({ answer }: Reply): 'completed' | 'incomplete' =>
  answer.stop === 'length' || answer.stop === 'filtered' ? 'incomplete' : 'completed';

function response(reply: Reply, status: Status, output: object[]): object {
  const { answer, model, createdAtMs } = reply;
  const reason = answer.stop === 'length' ? 'max_output_tokens' : 'content_filter';
  return {
    id: `resp_${answer.id}`,
    object: 'response',
    created_at: Math.floor(createdAtMs / 1_000),
    status,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason } : null,
    instructions: null,
    metadata: {},
    model,
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: status === 'in_progress' ? null : responsesUsage(reply),
  };
}

const itemId = ({ answer }: Reply, { kind }: AnswerBlock, at: number): string =>
  `${{ text: 'msg', reasoning: 'rs', toolUse: 'fc' }[kind]}_${answer.id}_${at}`;

function item(reply: Reply, block: AnswerBlock, at: number, status: Status): object {
  const id = itemId(reply, block, at);
  switch (block.kind) {
    case 'text':
      return { id, type: 'message', role: 'assistant', status, content: [textPart(block.text)] };
    case 'reasoning':
      return { id, type: 'reasoning', summary: [summaryPart(block.text)] };
    case 'toolUse': {
      const { name, inputText } = block;
      const callId = `call_${block.id}`;
      return { id, type: 'function_call', status, call_id: callId, name, arguments: inputText };
    }
  }
}

/** An output item before its content. */
function openItem(reply: Reply, block: AnswerBlock, at: number): object {
  const open = item(reply, block, at, 'in_progress');
  if (block.kind === 'toolUse') return { ...open, arguments: '' };
  return block.kind === 'text' ? { ...open, content: [] } : { ...open, summary: [] };
}

const textPart = (text: string): object => ({
  type: 'output_text',
  text,
  annotations: [],
  logprobs: [],
});
const summaryPart = (text: string): object => ({ type: 'summary_text', text });

/** `input_tokens` counts cached tokens, too. */
function responsesUsage({ usage, answer }: Reply): object {
  const inputTokens = allPromptTokens(usage);
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: usage.cacheReadTokens },
    output_tokens: answer.outputTokens,
    output_tokens_details: { reasoning_tokens: answer.reasoningTokens },
    total_tokens: inputTokens + answer.outputTokens,
  };
}
