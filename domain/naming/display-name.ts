import { canonicalScope, type ScopeRef } from '../scopes.ts';

/** What people call a scope. Its id stays what requests, budgets and files name it by. */
export type DisplayName = ScopeRef & { displayName: string };

/** The display name of a scope, if it has one. */
export type DisplayNames = (ref: ScopeRef) => string | undefined;

/** In UTF-16 units, as JavaScript counts. */
export const MAX_NAME_CHARACTERS = 128;

/** Overrides and isolates of direction would turn the text around a name; lines would break it. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** Why the characters of a text make no display name, or `undefined` if they do. */
export function nameFault(text: string): string | undefined {
  if (!text.isWellFormed()) return 'must be well-formed Unicode';
  if (UNSAFE.test(text)) {
    return 'must have no control characters, line breaks or marks that turn the direction of text';
  }
  if (!VISIBLE.test(text)) return 'must have a character that can be seen';
  return undefined;
}

/** As it is kept: composed, and without spaces at its ends or in a row. */
export const keptName = (text: string): string =>
  text.normalize('NFC').trim().replaceAll(/ {2,}/g, ' ');

/** A name with the id that it stands for: `Human Resources (human-resources)`. */
export const nameWithId = (displayName: string | undefined, id: string): string =>
  displayName === undefined || displayName === id ? id : `${displayName} (${id})`;

/** A text that identifies a scope, of the id that its names are kept under. */
export function scopeKey(ref: ScopeRef): string {
  const { scope, scopeId } = canonicalScope(ref);
  return `${scope}#${scopeId}`;
}

/** An id that resembles a name: `r-and-d` for `R&D`; `undefined` if no letter or digit is left. */
export function idFor(name: string): string | undefined {
  const id = name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/\s*&\s*/g, ' and ')
    .replaceAll(/['’]/g, '')
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replaceAll(/^[\p{M}-]+|-+$/gu, '')
    .normalize('NFC');
  return id === '' || id.length > MAX_NAME_CHARACTERS ? undefined : id;
}
