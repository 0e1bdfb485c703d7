import { roleOf } from '../gateway/reading.ts';
import type { JsonObject } from '../gateway/wire-format.ts';
import { isObject } from '../gateway/translation/reading.ts';
import { ownValue } from '../own-value.ts';

/**
 * What of a conversation leaves together. An `exchange` begins with what a user says. Its steps are
 * what the model said with the results of the tools that it called.
 */
export type Exchange = {
  /** Positions of the user's messages that begin it. */
  opening: readonly number[];
  steps: readonly (readonly number[])[];
};

export type Conversation = {
  /** Positions of system messages, which stay. */
  system: readonly number[];
  exchanges: readonly Exchange[];
};

type Open = { opening: number[]; steps: number[][] };

/** Divides the messages of any wire format. */
export function conversationOf(turns: readonly unknown[]): Conversation {
  const system: number[] = [];
  const exchanges: Open[] = [];
  const calls = new Map<string, number>();
  let last = 'start';
  for (const [at, turn] of turns.entries()) {
    const kind = kindOf(turn);
    if (kind === 'system') {
      system.push(at);
      continue;
    }
    if (exchanges.length === 0 || (kind === 'user' && last !== 'user')) {
      exchanges.push({ opening: [], steps: [] });
      calls.clear();
    }
    const { opening, steps } = exchanges.at(-1) ?? { opening: [], steps: [] };
    if (kind === 'user') opening.push(at);
    else if (kind === 'model' && last !== 'model') steps.push([at]);
    else if (steps.length === 0) steps.push([at]);
    else steps.at(-1)?.push(at);
    if (kind === 'model') for (const id of callIdsOf(turn)) calls.set(id, steps.length - 1);
    if (kind === 'result') joinSteps(steps, resultIdsOf(turn), calls);
    last = kind;
  }
  return { system, exchanges };
}

/** A result that comes late joins all steps since its call. */
function joinSteps(steps: number[][], ids: readonly string[], calls: Map<string, number>): void {
  const first = Math.min(steps.length - 1, ...ids.map((id) => calls.get(id) ?? Infinity));
  if (first >= steps.length - 1) return;
  steps.push(steps.splice(first).flat());
  for (const [id, step] of calls) calls.set(id, Math.min(step, first));
}

type Kind = 'system' | 'user' | 'model' | 'result';

function kindOf(turn: unknown): Kind {
  const role = roleOf(turn);
  if (role === 'system') return 'system';
  if (role === 'tool' || resultIdsOf(turn).length > 0) return 'result';
  return role === 'assistant' ? 'model' : 'user';
}

/** Ids of the tool calls that a message makes: Converse, Messages, Chat Completions, Responses. */
function callIdsOf(turn: unknown): string[] {
  const parts = partsOf(turn).flatMap((part) => [
    part['type'] === 'tool_use' ? part['id'] : undefined,
    memberOf(part['toolUse'], 'toolUseId'),
  ]);
  const calls = memberOf(turn, 'tool_calls');
  const named = Array.isArray(calls) ? calls.map((call: unknown) => memberOf(call, 'id')) : [];
  return [...parts, ...named, memberOf(turn, 'call_id')].filter(isText);
}

function resultIdsOf(turn: unknown): string[] {
  const parts = partsOf(turn).flatMap((part) => [
    part['type'] === 'tool_result' ? part['tool_use_id'] : undefined,
    memberOf(part['toolResult'], 'toolUseId'),
  ]);
  const type = memberOf(turn, 'type');
  const isOutput = typeof type === 'string' && type.endsWith('_call_output');
  const own = isOutput ? memberOf(turn, 'call_id') : undefined;
  return [...parts, own, memberOf(turn, 'tool_call_id')].filter(isText);
}

const isText = (value: unknown): value is string => typeof value === 'string';

function partsOf(turn: unknown): JsonObject[] {
  const content = memberOf(turn, 'content');
  return Array.isArray(content) ? content.filter(isObject) : [];
}

const memberOf = (value: unknown, name: string): unknown =>
  isObject(value) ? ownValue(value, name) : undefined;
