/**
 * A value's canonical text: sorted keys, no absent fields, and the same text for an integer whether
 * it is a number or a bigint.
 * @throws Error for values that an audit entry cannot contain
 */
export function canonicalText(value: unknown): string {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value);
    case 'bigint':
      return value.toString();
    case 'number':
      return Number.isInteger(value) ? BigInt(value).toString() : numberText(value);
    case 'object':
      return value === null ? 'null' : compositeText(value);
    default:
      throw new Error(`an audit entry cannot hold a ${typeof value}`);
  }
}

function compositeText(value: object): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    throw new Error('an audit entry cannot hold an object that is not plain');
  }
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalText(field)}`);
  return `{${fields.join()}}`;
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`an audit entry cannot hold ${value}`);
  return JSON.stringify(value);
}
