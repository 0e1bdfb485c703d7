import { textHash } from '../../text-hash.ts';

/** Converse takes ids of at most 64 of these characters. */
const VALID = /^[A-Za-z0-9_-]{1,64}$/;

/** An id that Converse takes: the client's own where that is possible, and always the same one. */
export function validToolId(id: string): string {
  if (VALID.test(id)) return id;
  const readable = id.replaceAll(/[^A-Za-z0-9_-]/g, '_').slice(0, 48);
  return `${readable}-${textHash(id).toString(36)}`;
}

/**
 * Makes every id of a conversation its own. Some models number the calls of each turn from the
 * start again, and Converse takes no id twice.
 */
export class UniqueIds {
  readonly #taken = new Set<string>();

  take(id: string): string {
    const base = validToolId(id);
    for (let copy = 1; ; copy += 1) {
      const unique = copy === 1 ? base : `${base.slice(0, 56)}-${copy}`;
      if (!this.#taken.has(unique)) {
        this.#taken.add(unique);
        return unique;
      }
    }
  }
}
