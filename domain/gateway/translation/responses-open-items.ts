import type { JsonObject } from '../wire-format.ts';
import { customInputOf } from './facts.ts';
import { isObject, parsedJson } from './reading.ts';
import { callItem, messageItem, reasoningItem, textContent } from './responses-output.ts';

/** An event of Responses before it has its sequence number. */
export type Said = { type: string; members: JsonObject };

/** An item of an output while its pieces arrive. */
export type OpenItem = {
  /** What announces the item. */
  begin: () => Said[];
  /** What ends the item, and the whole of it. */
  finish: () => { said: Said[]; item: JsonObject };
};

/** The item's id and its position in the output. */
export type ItemPlace = { id: string; position: number };

const added = ({ position }: ItemPlace, item: JsonObject): Said => ({
  type: 'response.output_item.added',
  members: { output_index: position, item },
});
const done = ({ position }: ItemPlace, item: JsonObject): Said => ({
  type: 'response.output_item.done',
  members: { output_index: position, item },
});

/** A message, with all its text in one part. */
export class OpenMessage implements OpenItem {
  readonly #place: ItemPlace;
  #text = '';

  constructor(place: ItemPlace) {
    this.#place = place;
  }

  begin(): Said[] {
    const item = { ...messageItem(this.#place.id, ''), status: 'in_progress', content: [] };
    return [
      added(this.#place, item),
      this.#part('response.content_part.added', { part: textContent('') }),
    ];
  }

  add(text: string): Said[] {
    this.#text += text;
    return [this.#part('response.output_text.delta', { delta: text, logprobs: [] })];
  }

  finish(): { said: Said[]; item: JsonObject } {
    const item = messageItem(this.#place.id, this.#text);
    const said = [
      this.#part('response.output_text.done', { text: this.#text, logprobs: [] }),
      this.#part('response.content_part.done', { part: textContent(this.#text) }),
      done(this.#place, item),
    ];
    return { said, item };
  }

  #part(type: string, members: JsonObject): Said {
    const { id, position } = this.#place;
    return { type, members: { item_id: id, output_index: position, content_index: 0, ...members } };
  }
}

/** Reasoning, as a summary or as its own text. */
export class OpenReasoning implements OpenItem {
  readonly #place: ItemPlace;
  readonly #isSummary: boolean;
  #text = '';
  #signature = '';
  #redacted = '';

  constructor(place: ItemPlace, isSummary: boolean) {
    this.#place = place;
    this.#isSummary = isSummary;
  }

  begin(): Said[] {
    return [added(this.#place, { id: this.#place.id, type: 'reasoning', summary: [] })];
  }

  add(text: string): Said[] {
    const isFirst = this.#text === '';
    this.#text += text;
    return [
      ...(isFirst ? [this.#partEvent('added', '')] : []),
      this.#textEvent('delta', { delta: text }),
    ];
  }

  sign(signature: string): void {
    this.#signature += signature;
  }

  redact(data: string): void {
    this.#redacted += data;
  }

  finish(): { said: Said[]; item: JsonObject } {
    const block =
      this.#redacted === ''
        ? ({ kind: 'reasoning', text: this.#text, signature: this.#signature } as const)
        : ({ kind: 'redacted', data: this.#redacted } as const);
    const item = reasoningItem(this.#place.id, block, this.#isSummary);
    const ends =
      this.#text === ''
        ? []
        : [this.#textEvent('done', { text: this.#text }), this.#partEvent('done', this.#text)];
    return { said: [...ends, done(this.#place, item)], item };
  }

  #textEvent(verb: 'delta' | 'done', members: JsonObject): Said {
    const name = this.#isSummary ? 'reasoning_summary_text' : 'reasoning_text';
    return { type: `response.${name}.${verb}`, members: { ...this.#at(), ...members } };
  }

  #partEvent(verb: 'added' | 'done', text: string): Said {
    const [name, type] = this.#isSummary
      ? ['reasoning_summary_part', 'summary_text']
      : ['content_part', 'reasoning_text'];
    return { type: `response.${name}.${verb}`, members: { ...this.#at(), part: { type, text } } };
  }

  #at(): JsonObject {
    const { id, position } = this.#place;
    const place = { item_id: id, output_index: position };
    return this.#isSummary ? { ...place, summary_index: 0 } : { ...place, content_index: 0 };
  }
}

/** A call of a tool of the client. */
export class OpenCall implements OpenItem {
  readonly #place: ItemPlace;
  readonly #call: { callId: string; name: string };
  readonly #isCustom: boolean;
  #input = '';

  constructor(place: ItemPlace, call: { callId: string; name: string }, isCustom: boolean) {
    this.#place = place;
    this.#call = call;
    this.#isCustom = isCustom;
  }

  begin(): Said[] {
    const item = this.#item('');
    return [added(this.#place, this.#isCustom ? item : { ...item, status: 'in_progress' })];
  }

  /** The text of a custom input is only known at its end, because it travels as JSON. */
  add(text: string): Said[] {
    this.#input += text;
    return this.#isCustom || text === ''
      ? []
      : [this.#event('function_call_arguments.delta', { delta: text })];
  }

  finish(): { said: Said[]; item: JsonObject } {
    const text = this.#text();
    const item = this.#item(text);
    const said = this.#isCustom
      ? [
          this.#event('custom_tool_call_input.delta', { delta: text }),
          this.#event('custom_tool_call_input.done', { input: text }),
        ]
      : [this.#event('function_call_arguments.done', { name: this.#call.name, arguments: text })];
    return { said: [...said, done(this.#place, item)], item };
  }

  #text(): string {
    if (!this.#isCustom) return this.#input === '' ? '{}' : this.#input;
    const input = parsedJson(this.#input);
    return isObject(input) ? customInputOf(input) : this.#input;
  }

  #item(text: string): JsonObject {
    return callItem(this.#place.id, { ...this.#call, text }, this.#isCustom);
  }

  #event(name: string, members: JsonObject): Said {
    const { id, position } = this.#place;
    return {
      type: `response.${name}`,
      members: { item_id: id, output_index: position, ...members },
    };
  }
}
