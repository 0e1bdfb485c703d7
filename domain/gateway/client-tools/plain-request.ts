import { isObject, textOf } from '../translation/reading.ts';
import type { JsonObject } from '../wire-format.ts';
import { isForeign, plainItem, toolsIn } from './plain-items.ts';
import { PlainNames } from './plain-names.ts';
import { functionNames, nameOf, plainChoice, plainTools } from './plain-tools.ts';

/** A request of OpenAI's Responses as an endpoint takes it. */
export type PlainRequest = {
  body: JsonObject;
  /** The client's own request. */
  original: JsonObject;
  /** The client's tools by their names in `body`. */
  names: PlainNames;
  /** What was left out: types of tools that only another provider runs, and what they once did. */
  removed: readonly string[];
};

/**
 * A request without the types of tools and items that an endpoint refuses.
 * @param takes types that the endpoint takes as they are, besides `function`
 * @returns `undefined` if it can be sent as it is
 */
export function plainRequest(body: JsonObject, takes: Iterable<string>): PlainRequest | undefined {
  const items = Array.isArray(body['input']) ? (body['input'] as unknown[]) : [];
  const types = new Set(takes);
  const own = Array.isArray(body['tools']) ? (body['tools'] as unknown[]) : [];
  const all = [...own, ...items.flatMap((item) => toolsIn(item, types))];
  const names = new PlainNames(functionNames(all));
  const bridging = { names, types };
  const plain = plainTools(all, bridging);
  // A client that asks for nothing else would miss it, so it shall see the refusal.
  const { tools, removed } = plain.tools.length === 0 ? { tools: all, removed: [] } : plain;
  const foreign = items.filter((item) => isForeign(item, types));
  const input = items
    .filter((item) => !isForeign(item, types) && !isHoisted(item, types))
    .map((item) => (isObject(item) ? plainItem(item, bridging) : item));
  const choice = plainChoice(body['tool_choice'], bridging);
  const isSame =
    isSameList(tools, own) && isSameList(input, items) && choice === body['tool_choice'];
  if (isSame) return undefined;
  return {
    original: body,
    names,
    body: {
      ...body,
      ...(Array.isArray(body['input']) ? { input } : {}),
      ...(all.length > 0 ? { tools: withoutCopies(tools) } : {}),
      ...(choice === undefined ? {} : { tool_choice: choice }),
    },
    removed: [
      ...new Set([
        ...removed.map((type) => `tools.${type}`),
        ...foreign.map((item) => `input.${textOf(item, 'type')}`),
      ]),
    ],
  };
}

const isHoisted = (item: unknown, types: ReadonlySet<string>): boolean =>
  textOf(item, 'type') === 'additional_tools' && !types.has('additional_tools');

const isSameList = (left: readonly unknown[], right: readonly unknown[]): boolean =>
  left.length === right.length && left.every((value, at) => value === right[at]);

/** A conversation may bring the same tool several times; the last description counts. */
function withoutCopies(tools: readonly unknown[]): readonly unknown[] {
  const named = new Map<string, unknown>();
  for (const [at, tool] of tools.entries()) named.set(nameOf(tool) || String(at), tool);
  return [...named.values()];
}
