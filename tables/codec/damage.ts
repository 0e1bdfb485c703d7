import type { Attribute } from '../dynamodb.ts';

/**
 * A stored attribute is missing or has the wrong type. Contains the location and the problem, but
 * not the value.
 */
export class Damage extends Error {
  path = '';

  constructor(expected: string, stored: Attribute | undefined) {
    super(`must be ${expected}, but is ${kindOf(stored)}`);
  }

  /** Adds the name of an enclosing attribute to the location. */
  within(name: string | number): this {
    const step = typeof name === 'number' ? `[${name}]` : name;
    this.path =
      this.path === '' || this.path.startsWith('[') ? step + this.path : `${step}.${this.path}`;
    return this;
  }
}

/** The error to throw when a part cannot be decoded: adds the part's name to any damage. */
export const damageWithin = (name: string | number, error: unknown): unknown =>
  error instanceof Damage ? error.within(name) : error;

function kindOf(stored: Attribute | undefined): string {
  if (stored === undefined) return 'missing';
  if (stored === null) return 'null';
  if (typeof stored === 'bigint') return 'an integer';
  if (typeof stored === 'string') return 'text';
  if (Array.isArray(stored)) return `a list of ${stored.length}`;
  if (stored instanceof Uint8Array) return 'bytes';
  return `a ${typeof stored}`;
}
