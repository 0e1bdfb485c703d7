import { memberAt, placesOf, roleOf } from './reading.ts';
import type { JsonObject, ModelApi } from './wire-format.ts';

/** The texts of a prompt, to be hashed: what comes before the conversation, and the conversation. */
export type PromptParts = { stable: readonly string[]; turns: readonly string[] };

/**
 * A prompt in any wire format: instructions and tools are stable, and so are the system messages
 * that a conversation begins with. Marks for the cache, the order of members and the form of a lone
 * text make no difference; images and documents do.
 */
export function promptPartsOf(api: ModelApi, body: JsonObject): PromptParts {
  const { system, messages, schemas } = placesOf(api, body);
  const before = [...schemas, ...system].flatMap((path) => {
    const value = memberAt(body, path);
    return value === undefined ? [] : [textOf([path, value])];
  });
  const all = memberAt(body, messages) ?? body;
  const turns: readonly unknown[] = Array.isArray(all) ? (all as unknown[]) : [all];
  return divided(before, turns);
}

/** The prompt of an AI request. */
export const partsOfMessages = (
  prompt: string | undefined,
  messages: readonly { role: string; content: unknown }[] = [],
): PromptParts =>
  divided([], prompt === undefined ? messages : [{ role: 'user', content: prompt }, ...messages]);

function divided(before: readonly string[], turns: readonly unknown[]): PromptParts {
  const first = turns.findIndex((turn) => roleOf(turn) !== 'system');
  const texts = turns.map(textOf);
  const leading = first === -1 ? texts.length : first;
  return { stable: [...before, ...texts.slice(0, leading)], turns: texts.slice(leading) };
}

const MARKS = new Set(['cache_control', 'cachePoint']);

const textOf = (value: unknown): string => JSON.stringify(normalized(value));

/** A value without what makes no difference. Objects are lists of pairs, because anybody names them. */
function normalized(value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.flatMap((item: unknown) => (isMark(item) ? [] : [normalized(item)]));
    return items.length === 1 && typeof items[0] === 'string' ? items[0] : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !MARKS.has(name));
  const [only, ...others] = members.filter(([name]) => name !== 'type');
  if (only?.[0] === 'text' && others.length === 0 && typeof only[1] === 'string') return only[1];
  return { of: members.toSorted(byName).map(([name, member]) => [name, normalized(member)]) };
}

const byName = ([left]: [string, unknown], [right]: [string, unknown]): number =>
  left < right ? -1 : 1;

/** Whether a part of a prompt only marks a place for the cache. */
const isMark = (item: unknown): boolean =>
  typeof item === 'object' &&
  item !== null &&
  Object.keys(item).length > 0 &&
  Object.keys(item).every((name) => MARKS.has(name));
