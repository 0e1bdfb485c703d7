import type { Attributes, Call, Forward, Input } from './protocol.ts';

/** One item that a call names. */
export type ItemName = { table: string; key: string };

/** One write of a transaction: `{ "Put": { "TableName": …, "Item": … } }`. */
export type TransactItem = Record<
  string,
  { TableName: string; Item?: Attributes; Key?: Attributes }
>;

type Description = { Table?: { KeySchema: { AttributeName: string }[] } };

export type Items = ReturnType<typeof createItems>;

/** Names items by the key schemas of their tables, which it asks the store for once. */
export function createItems(forward: Forward) {
  const schemas = new Map<string, Promise<string[]>>();

  function keyNames(call: Call, table: string): Promise<string[]> {
    const stored = schemas.get(table);
    if (stored) return stored;
    const names = forward({ ...call, operation: 'DescribeTable' }, { TableName: table }).then(
      ({ body }) => {
        const schema = (body as Description).Table?.KeySchema;
        if (!schema) schemas.delete(table);
        return (schema ?? []).map(({ AttributeName }) => AttributeName);
      },
    );
    schemas.set(table, names);
    return names;
  }

  /** @param attributes an item or a key */
  async function nameOf(call: Call, table: string, attributes: Attributes): Promise<ItemName> {
    const names = await keyNames(call, table);
    return { table, key: JSON.stringify([table, ...names.map((name) => attributes[name])]) };
  }

  return {
    nameOf,
    /** The item of a call that names one. */
    ofCall: (call: Call): Promise<ItemName> => {
      const { TableName, Item, Key } = call.input as unknown as TransactItem[string];
      return nameOf(call, TableName, Item ?? Key ?? {});
    },
    ofTransaction: (call: Call): Promise<ItemName[]> =>
      Promise.all(
        (call.input['TransactItems'] as TransactItem[])
          .flatMap((write) => Object.values(write))
          .map(({ TableName, Item, Key }) => nameOf(call, TableName, Item ?? Key ?? {})),
      ),
  };
}

/** Size of an item as DynamoDB counts it: names and values in UTF-8. */
export const bytesOf = (item: Attributes): number =>
  Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  );

function valueBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + valueBytes(each), 3);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value as Input).reduce(
    (sum, [type, inner]) => sum + (type.length > 2 ? type.length : 0) + valueBytes(inner),
    0,
  );
}
