import type { LocalTemplate } from '../template/local-template.ts';

/** A table of the template, in the format of DynamoDB's CreateTable. */
export type TableDefinition = {
  logicalId: string;
  name: string;
  arn: string;
  keySchema: readonly KeyElement[];
  attributes: readonly {
    AttributeName: string;
    AttributeType: string;
  }[];
  globalIndexes: readonly IndexDefinition[];
  localIndexes: readonly IndexDefinition[];
  streamViewType: string | undefined;
  ttlAttribute: string | undefined;
};

export type KeyElement = {
  AttributeName: string;
  KeyType: 'HASH' | 'RANGE';
};

export type IndexDefinition = {
  IndexName: string;
  KeySchema: readonly KeyElement[];
  Projection?: unknown;
};

type TableProperties = {
  KeySchema: readonly KeyElement[];
  AttributeDefinitions: TableDefinition['attributes'];
  GlobalSecondaryIndexes?: readonly IndexDefinition[];
  LocalSecondaryIndexes?: readonly IndexDefinition[];
  StreamSpecification?: { StreamViewType?: string };
  TimeToLiveSpecification?: {
    AttributeName?: string;
    Enabled?: boolean | string;
  };
};

/** Reads the tables of a template. */
export function readTables(template: LocalTemplate): TableDefinition[] {
  return template
    .ofType<TableProperties>('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable')
    .map(({ logicalId, name, arn, properties }) => {
      const ttl = properties.TimeToLiveSpecification;
      return {
        logicalId,
        name,
        arn,
        keySchema: properties.KeySchema,
        attributes: properties.AttributeDefinitions,
        globalIndexes: (properties.GlobalSecondaryIndexes ?? []).map(withoutCapacity),
        localIndexes: (properties.LocalSecondaryIndexes ?? []).map(withoutCapacity),
        streamViewType: properties.StreamSpecification?.StreamViewType,
        ttlAttribute: String(ttl?.Enabled) === 'true' ? ttl?.AttributeName : undefined,
      };
    });
}

function withoutCapacity(index: IndexDefinition): IndexDefinition {
  const { IndexName, KeySchema, Projection } = index;
  return { IndexName, KeySchema, Projection: Projection ?? { ProjectionType: 'ALL' } };
}
