import { ownValue } from '../../own-value.ts';
import type { Fault, JsonObject } from '../wire-format.ts';

/** A request that cannot be translated. Only this folder throws it, and only this folder catches it. */
export class BadFieldError extends Error {
  override name = 'BadFieldError';
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(`${fault.field}: ${fault.message}`);
    this.fault = fault;
  }
}

/** Ends a translation because of one field. @throws BadFieldError always */
export function refuse(field: string, message: string): never {
  throw new BadFieldError({ field, message });
}

/** The path of a member or a list's item. */
export const at = (path: string, name: string | number): string =>
  path === '' ? String(name) : `${path}.${name}`;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @throws BadFieldError if the value is not an object */
export function objectAt(value: unknown, field: string): JsonObject {
  return isObject(value) ? value : refuse(field, 'must be an object');
}

/** @throws BadFieldError if the value is not a list */
export function listAt(value: unknown, field: string): readonly unknown[] {
  return Array.isArray(value) ? value : refuse(field, 'must be a list');
}

/** @throws BadFieldError if the value is not a text */
export function textAt(value: unknown, field: string): string {
  return typeof value === 'string' ? value : refuse(field, 'must be a string');
}

/** A text that is not blank. @throws BadFieldError for anything else */
export function nameAt(value: unknown, field: string): string {
  const text = textAt(value, field);
  return isBlank(text) ? refuse(field, 'must not be empty') : text;
}

/** @throws BadFieldError if the value is not a number in this range */
export function numberAt(value: unknown, field: string, [least, most]: readonly [number, number]) {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  return refuse(
    field,
    most === Infinity
      ? `must be a number from ${least}`
      : `must be a number from ${least} to ${most}`,
  );
}

/** @throws BadFieldError if the value is not a positive integer */
export function countAt(value: unknown, field: string): number {
  return Number.isSafeInteger(value) && (value as number) > 0
    ? (value as number)
    : refuse(field, 'must be a positive integer');
}

/** What a reader makes of a member; `undefined` if it is absent or `null`. */
export function optional<Value>(
  value: unknown,
  field: string,
  read: (value: unknown, field: string) => Value,
): Value | undefined {
  return value === undefined || value === null ? undefined : read(value, field);
}

/** The member if it is a text, and `undefined` for anything else. */
export function textOf(object: unknown, name: string): string | undefined {
  const value = isObject(object) ? ownValue(object, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The member if it is a finite number, and 0 for anything else. */
export function countOf(object: unknown, name: string): number {
  const value = isObject(object) ? ownValue(object, name) : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

export const isBlank = (text: string): boolean => text.trim() === '';

/** The members that are neither `undefined` nor `null`. */
export const compact = (members: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  );

/** The value that JSON text stands for, or `undefined`. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The names in a text, between spaces. */
export const namesIn = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));
