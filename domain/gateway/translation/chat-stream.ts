import { errorEventOf } from '../envelopes.ts';
import type { Failure } from '../failure.ts';
import type { JsonObject, StreamEvent } from '../wire-format.ts';
import { chatId, chatUsageOf, finishReasonOf, thinkingBlocksOf } from './chat-answer.ts';
import type { AnswerBlock } from './converse-answer.ts';
import { brokenStream, type ConverseEvent, converseEventOf } from './converse-events.ts';
import {
  type AnswerFacts,
  customInputOf,
  customToolNames,
  type StreamTranslation,
} from './facts.ts';
import { isObject, parsedJson } from './reading.ts';

/** A Converse stream as chunks of Chat Completions. */
export function chatStream(facts: AnswerFacts): StreamTranslation {
  const stream = new ChatStream(facts);
  return {
    next: (event) => stream.next(event),
    end: () => stream.end(),
    fail: (failure) => stream.fail(failure),
  };
}

/** A call of the client's tools. Its position counts calls, not blocks. */
type Call = { position: number; name: string; isCustom: boolean; input: string };

class ChatStream {
  readonly #facts: AnswerFacts;
  readonly #customTools: ReadonlySet<string>;
  readonly #calls = new Map<number, Call>();
  readonly #thoughts = new Map<number, Extract<AnswerBlock, { kind: 'reasoning' | 'redacted' }>>();
  #hasBegun = false;
  #hasStopped = false;
  #hasFailed = false;

  constructor(facts: AnswerFacts) {
    this.#facts = facts;
    this.#customTools = customToolNames(facts.request);
  }

  next(event: StreamEvent): StreamEvent[] {
    if (this.#hasFailed) return [];
    const begun = this.#begun();
    const said = converseEventOf(event);
    return said ? [...begun, ...this.#chunks(said)] : begun;
  }

  end(): StreamEvent[] {
    if (this.#hasFailed) return [];
    return this.#hasStopped ? [{ data: '[DONE]' }] : this.fail(brokenStream());
  }

  fail(failure: Failure): StreamEvent[] {
    if (this.#hasFailed) return [];
    this.#hasFailed = true;
    return [errorEventOf('chat', failure, { requestId: this.#facts.id })];
  }

  #begun(): StreamEvent[] {
    if (this.#hasBegun) return [];
    this.#hasBegun = true;
    return [this.#delta({ role: 'assistant', content: '' })];
  }

  #chunks(said: ConverseEvent): StreamEvent[] {
    switch (said.kind) {
      case 'text':
        return [this.#delta({ content: said.text })];
      case 'reasoning':
      case 'signature':
      case 'redacted':
        return this.#thought(said);
      case 'call':
        return this.#call(said);
      case 'input':
        return this.#input(said);
      case 'citation':
        return [];
      case 'end':
        return this.#ended(said.block);
      case 'stop':
        return this.#stop(said.reason);
      case 'usage':
        return this.#facts.includesUsage ? [this.#chunk([], chatUsageOf(said.usage))] : [];
      case 'failure':
        return this.fail(said.failure);
    }
  }

  #thought(said: Extract<ConverseEvent, { kind: 'reasoning' | 'signature' | 'redacted' }>) {
    const before = this.#thoughts.get(said.block);
    if (said.kind === 'redacted') {
      const data = before?.kind === 'redacted' ? before.data + said.data : said.data;
      this.#thoughts.set(said.block, { kind: 'redacted', data });
      return [];
    }
    const { text, signature } = before?.kind === 'reasoning' ? before : { text: '', signature: '' };
    const isText = said.kind === 'reasoning';
    this.#thoughts.set(said.block, {
      kind: 'reasoning',
      text: isText ? text + said.text : text,
      signature: isText ? signature : signature + said.signature,
    });
    return isText ? [this.#delta({ reasoning_content: said.text })] : [];
  }

  #call({ block, id, name }: Extract<ConverseEvent, { kind: 'call' }>): StreamEvent[] {
    const position = this.#calls.size;
    const isCustom = this.#customTools.has(name);
    this.#calls.set(block, { position, name, isCustom, input: '' });
    const call = isCustom
      ? { index: position, id, type: 'custom', custom: { name, input: '' } }
      : { index: position, id, type: 'function', function: { name, arguments: '' } };
    return [this.#delta({ tool_calls: [call] })];
  }

  #input({ block, text }: Extract<ConverseEvent, { kind: 'input' }>): StreamEvent[] {
    const call = this.#calls.get(block);
    if (!call) return [];
    call.input += text;
    return call.isCustom || text === '' ? [] : [this.#argumentsDelta(call, text)];
  }

  /** Clients parse the arguments of a call without input, too; a custom one is only whole at its end. */
  #ended(block: number): StreamEvent[] {
    const call = this.#calls.get(block);
    if (!call) return [];
    if (call.isCustom) {
      const input = parsedJson(call.input);
      const text = isObject(input) ? customInputOf(input) : call.input;
      return [this.#delta({ tool_calls: [{ index: call.position, custom: { input: text } }] })];
    }
    return call.input === '' ? [this.#argumentsDelta(call, '{}')] : [];
  }

  #argumentsDelta({ position }: Call, text: string): StreamEvent {
    return this.#delta({ tool_calls: [{ index: position, function: { arguments: text } }] });
  }

  #stop(reason: string): StreamEvent[] {
    this.#hasStopped = true;
    const thinking = thinkingBlocksOf([...this.#thoughts.values()]);
    const delta = thinking.length === 0 ? {} : { thinking_blocks: thinking };
    return [this.#delta(delta, finishReasonOf(reason, this.#calls.size > 0))];
  }

  #delta(delta: JsonObject, finishReason: string | null = null): StreamEvent {
    return this.#chunk([{ index: 0, delta, logprobs: null, finish_reason: finishReason }], null);
  }

  /** Clients that asked for usage get `null` in every chunk but the last. */
  #chunk(choices: readonly JsonObject[], usage: JsonObject | null): StreamEvent {
    const { model, createdAtMs, includesUsage } = this.#facts;
    return {
      data: JSON.stringify({
        id: chatId(this.#facts),
        object: 'chat.completion.chunk',
        created: Math.floor(createdAtMs / 1_000),
        model,
        choices,
        ...(includesUsage ? { usage } : {}),
      }),
    };
  }
}
