/**
 * A record's own value under an external name, or `undefined`. Plain indexing would also find
 * inherited properties: `({})['toString']` is a function.
 */
export const ownValue = <Value>(
  record: Readonly<Record<string, Value>> | undefined,
  name: PropertyKey,
): Value | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[String(name)] : undefined;
