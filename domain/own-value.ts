/**
 * The record's own value under a name that came from outside, or `undefined`. Plain indexing would
 * also return what every object inherits: `({})['toString']` is a function.
 */
export const ownValue = <Value>(
  record: Readonly<Record<string, Value>> | undefined,
  name: PropertyKey,
): Value | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[String(name)] : undefined;
