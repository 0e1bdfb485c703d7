import type { Failure } from '../failure.ts';
import type { JsonObject, StreamEvent } from '../wire-format.ts';
import { brokenStream, type ConverseEvent, converseEventOf } from './converse-events.ts';
import { type AnswerFacts, customToolNames, type StreamTranslation } from './facts.ts';
import {
  type ItemPlace,
  OpenCall,
  type OpenItem,
  OpenMessage,
  OpenReasoning,
  type Said,
} from './responses-open-items.ts';
import {
  type AnswerEnd,
  failedResponse,
  itemId,
  responseOf,
  wantsSummary,
} from './responses-output.ts';

/** A Converse stream as events of Responses. */
export function responsesStream(facts: AnswerFacts): StreamTranslation {
  const stream = new ResponsesStream(facts);
  return {
    next: (event) => stream.next(event),
    end: () => stream.end(),
    fail: (failure) => stream.fail(failure),
  };
}

class ResponsesStream {
  readonly #facts: AnswerFacts;
  readonly #customTools: ReadonlySet<string>;
  readonly #open = new Map<number, OpenItem>();
  readonly #output: JsonObject[] = [];
  #sequence = 0;
  #count = 0;
  #end: AnswerEnd | undefined;
  #hasBegun = false;
  #hasFailed = false;

  constructor(facts: AnswerFacts) {
    this.#facts = facts;
    this.#customTools = customToolNames(facts.request);
  }

  next(event: StreamEvent): StreamEvent[] {
    if (this.#hasFailed) return [];
    const begun = this.#begun();
    const said = converseEventOf(event);
    return this.#numbered(said ? [...begun, ...this.#say(said)] : begun);
  }

  /** The usage comes after the reason to stop, and OpenAI tells both in the last event. */
  end(): StreamEvent[] {
    if (this.#hasFailed) return [];
    const begun = this.#begun();
    if (!this.#end) return [...this.#numbered(begun), ...this.fail(brokenStream())];
    const ends = [...this.#open.keys()].flatMap((block) => this.#finish(block));
    const response = responseOf(this.#facts, this.#output, this.#end);
    const last = { type: `response.${String(response['status'])}`, members: { response } };
    return this.#numbered([...begun, ...ends, last]);
  }

  fail(failure: Failure): StreamEvent[] {
    if (this.#hasFailed) return [];
    return this.#numbered([...this.#begun(), ...this.#fail(failure)]);
  }

  #begun(): Said[] {
    if (this.#hasBegun) return [];
    this.#hasBegun = true;
    const members = { response: responseOf(this.#facts, [], undefined) };
    return [
      { type: 'response.created', members },
      { type: 'response.in_progress', members },
    ];
  }

  #say(said: ConverseEvent): Said[] {
    switch (said.kind) {
      case 'text': {
        const { item, begun } = this.#message(said.block);
        return [...begun, ...item.add(said.text)];
      }
      case 'reasoning':
      case 'signature':
      case 'redacted':
        return this.#reason(said);
      case 'call': {
        const isCustom = this.#customTools.has(said.name);
        const call = { callId: said.id, name: said.name };
        const place = this.#place(isCustom ? 'ctc' : 'fc');
        return this.#opened(said.block, new OpenCall(place, call, isCustom));
      }
      case 'input': {
        const item = this.#open.get(said.block);
        return item instanceof OpenCall ? item.add(said.text) : [];
      }
      case 'end':
        return this.#finish(said.block);
      case 'stop':
        this.#end = { stopReason: said.reason, usage: undefined, serviceTier: undefined };
        return [];
      case 'usage':
        if (this.#end) {
          this.#end = { ...this.#end, usage: said.usage, serviceTier: said.serviceTier };
        }
        return [];
      case 'citation':
        return [];
      case 'failure':
        return this.#fail(said.failure);
    }
  }

  #message(block: number): { item: OpenMessage; begun: Said[] } {
    const open = this.#open.get(block);
    if (open instanceof OpenMessage) return { item: open, begun: [] };
    const item = new OpenMessage(this.#place('msg'));
    return { item, begun: this.#opened(block, item) };
  }

  #reason(said: Extract<ConverseEvent, { kind: 'reasoning' | 'signature' | 'redacted' }>): Said[] {
    const open = this.#open.get(said.block);
    const isOpen = open instanceof OpenReasoning;
    const item = isOpen
      ? open
      : new OpenReasoning(this.#place('rs'), wantsSummary(this.#facts.request));
    const begun = isOpen ? [] : this.#opened(said.block, item);
    if (said.kind === 'reasoning') return [...begun, ...item.add(said.text)];
    if (said.kind === 'signature') item.sign(said.signature);
    else item.redact(said.data);
    return begun;
  }

  #place(prefix: Parameters<typeof itemId>[0]): ItemPlace {
    const position = this.#count;
    this.#count += 1;
    return { id: itemId(prefix, this.#facts, position), position };
  }

  #opened(block: number, item: OpenItem): Said[] {
    this.#open.set(block, item);
    return item.begin();
  }

  #finish(block: number): Said[] {
    const open = this.#open.get(block);
    if (!open) return [];
    this.#open.delete(block);
    const { said, item } = open.finish();
    this.#output.push(item);
    return said;
  }

  #fail(failure: Failure): Said[] {
    this.#hasFailed = true;
    const response = failedResponse(responseOf(this.#facts, this.#output, undefined), failure);
    return [{ type: 'response.failed', members: { response } }];
  }

  #numbered(said: readonly Said[]): StreamEvent[] {
    return said.map(({ type, members }) => {
      const data = { type, sequence_number: this.#sequence, ...members };
      this.#sequence += 1;
      return { event: type, data: JSON.stringify(data) };
    });
  }
}
