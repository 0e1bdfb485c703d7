import type { LocalTemplate } from '../template/local-template.ts';

/** A table of the template, in the format of DynamoDB's CreateTable. */
export interface TableDefinition {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly keySchema: readonly KeyElement[];
  readonly attributes: readonly {
    readonly AttributeName: string;
    readonly AttributeType: string;
  }[];
  readonly globalIndexes: readonly IndexDefinition[];
  readonly localIndexes: readonly IndexDefinition[];
  readonly streamViewType: string | undefined;
  readonly ttlAttribute: string | undefined;
}

export interface KeyElement {
  readonly AttributeName: string;
  readonly KeyType: 'HASH' | 'RANGE';
}

export interface IndexDefinition {
  readonly IndexName: string;
  readonly KeySchema: readonly KeyElement[];
  readonly Projection?: unknown;
}

interface TableProperties {
  readonly KeySchema: readonly KeyElement[];
  readonly AttributeDefinitions: TableDefinition['attributes'];
  readonly GlobalSecondaryIndexes?: readonly IndexDefinition[];
  readonly LocalSecondaryIndexes?: readonly IndexDefinition[];
  readonly StreamSpecification?: { readonly StreamViewType?: string };
  readonly TimeToLiveSpecification?: {
    readonly AttributeName?: string;
    readonly Enabled?: boolean | string;
  };
}

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
