import { contentOf } from '../gateway/content.ts';
import { memberAt, type Places, type Role, roleOf, withMember } from '../gateway/reading.ts';
import { isObject } from '../gateway/translation/reading.ts';
import type { JsonObject } from '../gateway/wire-format.ts';

/** A text of a prompt, with what decides whether it may change. */
export type PromptText = {
  text: string;
  role: Role;
  /**
   * Instructions and what users say. What models and tools said stays, and so do tools, images and
   * documents.
   */
  isEditable: boolean;
  /** Whether a provider is asked to cache up to a place after this text. */
  isMarked: boolean;
};

/** Where a request has its instructions and its messages, in any wire format. */
export type TextPlaces = Pick<Places, 'system' | 'messages'>;

/** The texts of a request in the order in which a model reads them. */
export function textsOf(body: JsonObject, places: TextPlaces): PromptText[] {
  const texts: Omit<PromptText, 'isMarked'>[] = [];
  let marked = 0;
  walk(body, places, {
    text: (text, role) => {
      texts.push({ text, role, isEditable: role === 'system' || role === 'user' });
      return text;
    },
    mark: () => (marked = texts.length),
  });
  if (contentOf({ cache_control: body['cache_control'] }).cacheLife) marked = texts.length;
  return texts.map((each, at) => ({ ...each, isMarked: at < marked }));
}

/**
 * A copy of a request with other texts, or the same request if none differs.
 * @param texts in the order of `textsOf`
 */
export function withTexts(
  body: JsonObject,
  places: TextPlaces,
  texts: readonly string[],
): JsonObject {
  let at = 0;
  const next = (text: string): string => texts[at++] ?? text;
  return walk(body, places, { text: next, mark: () => undefined });
}

type Visit = {
  /** Returns what comes in its place. */
  text: (text: string, role: Role) => string;
  /** A place up to which a provider is asked to cache. */
  mark: () => void;
};

function walk(body: JsonObject, { system, messages }: TextPlaces, visit: Visit): JsonObject {
  let result = body;
  for (const path of system) {
    const before = memberAt(body, path);
    const after = contentWith(before, 'system', visit);
    if (after !== before) result = withMember(result, path, after);
  }
  const turns = memberAt(body, messages);
  if (typeof turns === 'string') {
    const after = visit.text(turns, 'user');
    return after === turns ? result : withMember(result, messages, after);
  }
  if (!Array.isArray(turns)) return result;
  const after = turns.map((turn: unknown) => turnWith(turn, visit));
  return after.some((turn, at) => turn !== turns[at])
    ? withMember(result, messages, after)
    : result;
}

function turnWith(turn: unknown, visit: Visit): unknown {
  if (typeof turn === 'string') return visit.text(turn, 'user');
  if (!isObject(turn)) return turn;
  const before = turn['content'];
  const after = contentWith(before, roleOf(turn), visit);
  if ('cache_control' in turn) visit.mark();
  return after === before ? turn : { ...turn, content: after };
}

function contentWith(content: unknown, role: Role, visit: Visit): unknown {
  if (typeof content === 'string') return visit.text(content, role);
  if (!Array.isArray(content)) return content;
  const parts = content.map((part: unknown) => partWith(part, role, visit));
  return parts.some((part, at) => part !== content[at]) ? parts : content;
}

/** Types of parts that hold a text of the conversation. Converse's parts have no type. */
const TEXT_TYPES: ReadonlySet<unknown> = new Set([undefined, 'text', 'input_text', 'output_text']);

function partWith(part: unknown, role: Role, visit: Visit): unknown {
  if (typeof part === 'string') return visit.text(part, role);
  if (!isObject(part)) return part;
  const before = part['text'];
  const isText = typeof before === 'string' && TEXT_TYPES.has(part['type']);
  const after = isText ? visit.text(before, role) : before;
  if (contentOf(part).cacheLife) visit.mark();
  return after === before ? part : { ...part, text: after };
}
