import { ownValue } from '../../own-value.ts';
import type { Failure } from '../failure.ts';
import type { JsonObject, StreamEvent } from '../wire-format.ts';
import { isObject, textOf } from './reading.ts';

/** What an answer says beside what the model said. */
export type AnswerFacts = {
  /** The answer's id without a format's prefix. */
  id: string;
  /** The model as the client is to know it. */
  model: string;
  createdAtMs: number;
  /** The client's request. */
  request: JsonObject;
  /** Whether the client of a stream of Chat Completions asked for usage. */
  includesUsage: boolean;
};

/** Turns events of a Converse stream into those of a client's format. */
export type StreamTranslation = {
  /** What the client gets for one event. Nothing follows a failure. */
  next: (event: StreamEvent) => StreamEvent[];
  /** What the client gets at the end; an error if the answer was not complete. */
  end: () => StreamEvent[];
  /** What the client gets if the provider's stream breaks off. */
  fail: (failure: Failure) => StreamEvent[];
};

/**
 * The names of the request's custom tools, whose input is text: `tools[].custom.name` in Chat
 * Completions, `tools[].name` in Responses.
 */
export function customToolNames({ tools }: JsonObject): ReadonlySet<string> {
  const names = (Array.isArray(tools) ? tools : []).flatMap((tool: unknown) => {
    if (textOf(tool, 'type') !== 'custom' || !isObject(tool)) return [];
    const name = textOf(tool['custom'], 'name') ?? textOf(tool, 'name');
    return name === undefined ? [] : [name];
  });
  return new Set(names);
}

/** The text of a custom tool's input, which travels as an object with one member. */
export const customInputOf = (input: JsonObject): string => {
  const text = ownValue(input, 'input');
  return typeof text === 'string' ? text : JSON.stringify(input);
};
