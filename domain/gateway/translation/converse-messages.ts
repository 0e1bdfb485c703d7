import type { JsonObject } from '../wire-format.ts';
import { cachePlaces } from './cache-places.ts';
import { isBlank, refuse } from './reading.ts';
import { pairedTurns } from './tool-pairs.ts';
import { cachePointOf, type Part, type PartOf, type Turn } from './turn.ts';

/** Stands where Converse requires a text and the client has none. */
const OPENING = '(The conversation starts here.)';
const NO_OUTPUT = '(no output)';
const WITH_DOCUMENT = '(See the document.)';

/**
 * A conversation as Converse accepts it: roles alternate and the user begins, results follow their
 * calls at once and before everything else, no text is blank, and no cache point stands alone.
 * @throws BadFieldError if a call has no result, or the other way around
 */
export function converseMessagesOf(
  turns: readonly Turn[],
  field: 'messages' | 'input',
): JsonObject[] {
  const merged = mergedTurns(mergedTurns(turns.map(withoutBlanks)).filter(saysSomething));
  const paired = mergedTurns(pairedTurns(merged).filter(saysSomething));
  if (paired.length === 0) return refuse(field, 'must contain something that is not blank');
  const [first] = paired;
  const begun: Turn[] =
    first?.role === 'assistant'
      ? [{ role: 'user', parts: [{ kind: 'text', text: OPENING }] }, ...paired]
      : paired;
  const names = new UniqueNames();
  return cachePlaces(begun).map(({ role, parts }, position) => ({
    role,
    content: withoutTrailingSpace(parts, role === 'assistant' && position === begun.length - 1)
      .concat(textBeside(parts))
      .map((part) => blockOf(part, names)),
  }));
}

const withoutBlanks = ({ role, parts }: Turn): Turn => ({
  role,
  parts: parts.filter((part) => part.kind !== 'text' || !isBlank(part.text)),
});

/** Reasoning alone, or a cache point alone, is refused as a message. */
const saysSomething = ({ parts }: Turn): boolean =>
  parts.some(({ kind }) => kind !== 'reasoning' && kind !== 'cache');

export function mergedTurns(turns: readonly Turn[]): Turn[] {
  const merged: { role: Turn['role']; parts: Part[] }[] = [];
  for (const { role, parts } of turns) {
    const last = merged.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else merged.push({ role, parts: [...parts] });
  }
  return merged;
}

/** The start of an answer that the model is to continue must not end in spaces. */
function withoutTrailingSpace(parts: readonly Part[], isPrefill: boolean): Part[] {
  const last = parts.findLastIndex(({ kind }) => kind === 'text');
  return parts.map((part, position) =>
    isPrefill && position === last && part.kind === 'text'
      ? { kind: 'text', text: part.text.trimEnd() }
      : part,
  );
}

/** A document needs a text beside it. */
const textBeside = (parts: readonly Part[]): Part[] =>
  parts.some(({ kind }) => kind === 'document') && !parts.some(({ kind }) => kind === 'text')
    ? [{ kind: 'text', text: WITH_DOCUMENT }]
    : [];

/** No two documents of a request may have the same name. */
class UniqueNames {
  readonly #taken = new Set<string>();

  take(name: string): string {
    for (let copy = 1; ; copy += 1) {
      const unique = copy === 1 ? name : `${name} (${copy})`;
      if (!this.#taken.has(unique)) {
        this.#taken.add(unique);
        return unique;
      }
    }
  }
}

function blockOf(part: Part, names: UniqueNames): JsonObject {
  switch (part.kind) {
    case 'text':
      return { text: part.text };
    case 'media':
    case 'reasoning':
      return part.block;
    case 'document':
      return { document: { ...part.document, name: names.take(part.name) } };
    case 'call':
      return { toolUse: { toolUseId: part.id, name: part.name, input: part.input } };
    case 'cache':
      return cachePointOf(part);
    case 'result':
      return { toolResult: toolResultOf(part, names) };
  }
}

/** A result needs content, above all one of an error; and it takes no cache points. */
function toolResultOf({ id, content, isError }: PartOf<'result'>, names: UniqueNames): JsonObject {
  const parts = content.filter(
    (part) => part.kind !== 'cache' && (part.kind !== 'text' || !isBlank(part.text)),
  );
  return {
    toolUseId: id,
    content: parts.length === 0 ? [{ text: NO_OUTPUT }] : parts.map((part) => blockOf(part, names)),
    ...(isError ? { status: 'error' } : {}),
  };
}
