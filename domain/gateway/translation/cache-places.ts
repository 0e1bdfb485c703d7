import type { JsonObject } from '../wire-format.ts';
import { isObject, textOf } from './reading.ts';
import type { Part, PartOf, Turn } from './turn.ts';

/**
 * Puts cache points where Converse takes them. Not first in a message: the end of the message before
 * is the same prefix. Not after reasoning, nor after documents other than PDF: then after the next
 * part that may be followed by one, or else the last one before. Two in one place become one.
 */
export function cachePlaces(turns: readonly Turn[]): Turn[] {
  const placed: { role: Turn['role']; parts: Part[] }[] = [];
  for (const { role, parts } of turns) {
    const before = placed.at(-1);
    const mine: Part[] = [];
    let pending: PartOf<'cache'> | undefined;
    for (const part of parts) {
      if (part.kind === 'cache') {
        if (mine.length === 0 && before) addCache(before.parts, part);
        else if (mine.length > 0) pending = longer(pending, part);
      } else {
        if (pending && endsCacheable(mine)) {
          addCache(mine, pending);
          pending = undefined;
        }
        mine.push(part);
      }
    }
    if (pending) addAtLastPlace(mine, pending);
    placed.push({ role, parts: mine });
  }
  return placed;
}

const endsCacheable = (parts: readonly Part[]): boolean => {
  const last = parts.at(-1);
  return last !== undefined && mayPrecede(last);
};

const mayPrecede = (part: Part): boolean =>
  part.kind === 'document' ? part.document['format'] === 'pdf' : part.kind !== 'reasoning';

function addCache(parts: Part[], cache: PartOf<'cache'>): void {
  const last = parts.at(-1);
  if (last?.kind === 'cache') parts[parts.length - 1] = longer(last, cache);
  else if (endsCacheable(parts)) parts.push(cache);
}

function addAtLastPlace(parts: Part[], cache: PartOf<'cache'>): void {
  const last = parts.findLastIndex(mayPrecede);
  const place = parts[last];
  if (place?.kind === 'cache') parts[last] = longer(place, cache);
  else if (place) parts.splice(last + 1, 0, cache);
}

const longer = (one: PartOf<'cache'> | undefined, other: PartOf<'cache'>): PartOf<'cache'> =>
  one?.life === '1h' ? one : other;

/**
 * Shortens an hour that follows five minutes to five minutes, for blocks in the order in which
 * Converse reads them: tools, system, messages. Converse refuses that order otherwise.
 */
export function shortenedLives(): (block: JsonObject) => JsonObject {
  let isShort = false;
  return (block) => {
    const point = block['cachePoint'];
    if (!isObject(point)) return block;
    const isLong = textOf(point, 'ttl') === '1h';
    if (!isLong) isShort = true;
    return isLong && isShort ? { cachePoint: { ...point, ttl: '5m' } } : block;
  };
}
