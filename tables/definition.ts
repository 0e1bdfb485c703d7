export type KeyAttribute = { name: string; type: 'S' | 'N' };
export type IndexDefinition = {
  name: string;
  partitionKey: KeyAttribute;
  sortKey?: KeyAttribute;
  projection: 'ALL' | 'KEYS_ONLY';
};

/** A table as plain data. CDK creates it from this, and stores get its name from it. */
export type TableDefinition<Name extends string = string> = {
  /** Name without the environment's prefix. */
  name: Name;
  partitionKey: KeyAttribute;
  sortKey?: KeyAttribute;
  indexes?: readonly IndexDefinition[];
  /** Enables a stream of new and old images. */
  stream?: true;
  /** Attribute in epoch seconds after which DynamoDB may delete an item. */
  timeToLiveAttribute?: string;
  /**
   * Contains secrets or people's addresses, so it is encrypted with a key that few functions may
   * use.
   */
  isConfidential?: true;
};

/**
 * A pattern over the new image of a changed item, in the syntax of Lambda's event filters. See
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export type StreamFilter = Readonly<Record<string, { S: readonly (string | object)[] }>>;

/** Declares a table and keeps its literal name for the type checker. */
export const defineTable = <const Name extends string>(
  definition: TableDefinition<Name>,
): TableDefinition<Name> => definition;
