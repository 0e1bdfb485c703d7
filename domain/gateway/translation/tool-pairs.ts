import { refuse } from './reading.ts';
import { UniqueIds } from './tool-ids.ts';
import type { Part, PartOf, Turn } from './turn.ts';

/**
 * Puts the results of all calls of an assistant's turn at the start of the next turn of the user,
 * in the order of the calls, wherever the client has them. Calls and results get ids that Converse
 * takes. Turns may be empty afterwards.
 * @throws BadFieldError if a call has no result, or a result no call
 */
export function pairedTurns(turns: readonly Turn[]): Turn[] {
  const results = new Map<string, PartOf<'result'>[]>();
  const rest = turns.map(({ role, parts }) => ({
    role,
    parts: parts.filter((part) => {
      if (part.kind === 'result') results.set(part.id, [...(results.get(part.id) ?? []), part]);
      return part.kind !== 'result';
    }),
  }));
  const ids = new UniqueIds();
  const paired: Turn[] = [];
  let waiting: Part[] = [];
  for (const { role, parts } of rest) {
    if (role === 'user') {
      paired.push({ role, parts: [...waiting, ...parts] });
      waiting = [];
      continue;
    }
    if (waiting.length > 0) paired.push({ role: 'user', parts: waiting });
    waiting = [];
    paired.push({
      role,
      parts: parts.map((part) => {
        if (part.kind !== 'call') return part;
        const id = ids.take(part.id);
        waiting.push(...resultOf(part, results, id));
        return { ...part, id };
      }),
    });
  }
  if (waiting.length > 0) paired.push({ role: 'user', parts: waiting });
  const [stray] = [...results.values()].flat();
  if (stray) refuse(stray.field, 'answers no tool call of this conversation');
  return paired;
}

/** The result, and the cache point that the client set within it. */
function resultOf(
  call: PartOf<'call'>,
  results: Map<string, PartOf<'result'>[]>,
  id: string,
): Part[] {
  const [result, ...later] = results.get(call.id) ?? [];
  if (!result) {
    return refuse(call.field, 'has no result. Send one result for every tool call');
  }
  results.set(call.id, later);
  const cache = result.content.findLast((part) => part.kind === 'cache');
  return [{ ...result, id }, ...(cache ? [cache] : [])];
}
