import { errorEventOf } from '../envelopes.ts';
import type { Failure } from '../failure.ts';
import type { JsonObject, StreamEvent } from '../wire-format.ts';
import type { AnswerUsage } from './converse-answer.ts';
import { brokenStream, type ConverseEvent, converseEventOf } from './converse-events.ts';
import type { AnswerFacts, StreamTranslation } from './facts.ts';
import {
  callBlockOf,
  citationsOf,
  messageOf,
  messagesDeltaUsageOf,
  stopOf,
} from './messages-answer.ts';

/** A Converse stream as events of Anthropic's Messages. */
export function messagesStream(facts: AnswerFacts): StreamTranslation {
  const stream = new MessagesStream(facts);
  return {
    next: (event) => stream.next(event),
    end: () => stream.end(),
    fail: (failure) => stream.fail(failure),
  };
}

/** A block that has begun. Reasoning that only the provider can read is told whole, at its end. */
type Block = { index: number; redacted?: string };

class MessagesStream {
  readonly #facts: AnswerFacts;
  readonly #blocks = new Map<number, Block>();
  #count = 0;
  #stop: JsonObject | undefined;
  #usage: AnswerUsage | undefined;
  #hasBegun = false;
  #hasFailed = false;

  constructor(facts: AnswerFacts) {
    this.#facts = facts;
  }

  next(event: StreamEvent): StreamEvent[] {
    if (this.#hasFailed) return [];
    const begun = this.#begun();
    const said = converseEventOf(event);
    return said ? [...begun, ...this.#events(said)] : begun;
  }

  /** The usage comes after the reason to stop, and Anthropic tells both in one event. */
  end(): StreamEvent[] {
    if (this.#hasFailed) return [];
    if (!this.#stop) return this.fail(brokenStream());
    const usage = this.#usage ? messagesDeltaUsageOf(this.#usage) : { output_tokens: 0 };
    return [
      ...this.#begun(),
      ...[...this.#blocks.keys()].flatMap((block) => this.#ended(block)),
      eventOf('message_delta', { delta: this.#stop, usage }),
      eventOf('message_stop', {}),
    ];
  }

  fail(failure: Failure): StreamEvent[] {
    if (this.#hasFailed) return [];
    this.#hasFailed = true;
    return [errorEventOf('messages', failure, { requestId: this.#facts.id })];
  }

  #begun(): StreamEvent[] {
    if (this.#hasBegun) return [];
    this.#hasBegun = true;
    return [eventOf('message_start', { message: messageOf(this.#facts) })];
  }

  #events(said: ConverseEvent): StreamEvent[] {
    switch (said.kind) {
      case 'call':
        return this.#start(said.block, callBlockOf(said, {}));
      case 'input':
        return this.#blocks.has(said.block)
          ? this.#delta(said.block, { type: 'input_json_delta', partial_json: said.text })
          : [];
      case 'text':
        return [
          ...this.#start(said.block, TEXT),
          ...this.#delta(said.block, { type: 'text_delta', text: said.text }),
        ];
      case 'citation':
        return citationsOf(said.citation).flatMap((citation) => [
          ...this.#start(said.block, TEXT),
          ...this.#delta(said.block, { type: 'citations_delta', citation }),
        ]);
      case 'reasoning':
        return [
          ...this.#start(said.block, THINKING),
          ...this.#delta(said.block, { type: 'thinking_delta', thinking: said.text }),
        ];
      case 'signature':
        return [
          ...this.#start(said.block, THINKING),
          ...this.#delta(said.block, { type: 'signature_delta', signature: said.signature }),
        ];
      case 'redacted': {
        const block = this.#blocks.get(said.block) ?? this.#opened(said.block);
        block.redacted = (block.redacted ?? '') + said.data;
        return [];
      }
      case 'end':
        return this.#ended(said.block);
      case 'stop':
        this.#stop = stopOf(said.reason, said.sequence);
        return [];
      case 'usage':
        this.#usage = said.usage;
        return [];
      case 'failure':
        return this.fail(said.failure);
    }
  }

  #opened(block: number): Block {
    const opened = { index: this.#count };
    this.#count += 1;
    this.#blocks.set(block, opened);
    return opened;
  }

  /** Converse announces only calls; other blocks begin with their first piece. */
  #start(block: number, content: JsonObject): StreamEvent[] {
    if (this.#blocks.has(block)) return [];
    const { index } = this.#opened(block);
    return [eventOf('content_block_start', { index, content_block: content })];
  }

  #delta(block: number, delta: JsonObject): StreamEvent[] {
    const index = this.#blocks.get(block)?.index;
    return index === undefined ? [] : [eventOf('content_block_delta', { index, delta })];
  }

  #ended(block: number): StreamEvent[] {
    const opened = this.#blocks.get(block);
    if (!opened) return [];
    this.#blocks.delete(block);
    const { index, redacted } = opened;
    const content = { type: 'redacted_thinking', data: redacted };
    return [
      ...(redacted === undefined
        ? []
        : [eventOf('content_block_start', { index, content_block: content })]),
      eventOf('content_block_stop', { index }),
    ];
  }
}

const TEXT = { type: 'text', text: '', citations: null };
const THINKING = { type: 'thinking', thinking: '', signature: '' };

const eventOf = (type: string, members: JsonObject): StreamEvent => ({
  event: type,
  data: JSON.stringify({ type, ...members }),
});
