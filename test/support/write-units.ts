import type { Attribute, Item } from '../../tables/dynamodb.ts';
import type { Change } from '../simulation/memory-store.ts';

const KB = 1_024;

/** The write units of one commit of a memory store: for each KB of an item, two in a transaction. */
export const unitsOfCommit = (changes: readonly Change[]): number =>
  changes.reduce((sum, change) => sum + unitsOf(change), 0) * (changes.length > 1 ? 2 : 1);

const unitsOf = ({ before, after }: Change): number =>
  Math.max(1, Math.ceil(Math.max(sizeOfItem(before), sizeOfItem(after)) / KB));

/** Bytes as DynamoDB counts them (Developer Guide, "DynamoDB item sizes and formats"). */
const sizeOfItem = (item: Item = {}): number =>
  Object.entries(item).reduce(
    (sum, [name, value]) => sum + (value === undefined ? 0 : name.length + sizeOf(value)),
    0,
  );

function sizeOf(value: Attribute): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'boolean' || value === null) return 1;
  if (typeof value === 'number' || typeof value === 'bigint') return sizeOfNumber(String(value));
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return value.reduce<number>((sum, one) => sum + sizeOf(one) + 1, 3);
  if (value instanceof Set) return [...value].reduce((sum, one) => sum + sizeOf(one), 0);
  return sizeOfItem(value) + Object.keys(value).length + 3;
}

/** About one byte for two significant digits, one more, and one for a sign. */
function sizeOfNumber(text: string): number {
  const digits = text.replace(/^-?0*|\.|0+$/g, '').length;
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0);
}
