import { Stack, type StackProps, Validations } from 'aws-cdk-lib';
import {
  type Attribute,
  AttributeType,
  Billing,
  ProjectionType,
  StreamViewType,
  TableEncryptionV2,
  TableV2,
  type WarmThroughput,
} from 'aws-cdk-lib/aws-dynamodb';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { KeyAttribute, TableDefinition } from '../../tables/definition.ts';
import { TABLE_DEFINITIONS, type TableName } from '../../tables/definitions.ts';
import type { PurserConfig } from '../config.ts';
import { createExportBucket } from '../constructs/export-bucket.ts';
import { createJobBucket } from '../constructs/job-bucket.ts';
import { removalPolicyOf } from '../constructs/removal-policy.ts';

/**
 * Every table, and the buckets of report files and of the texts of jobs. Separate from everything stateless, so that code
 * deployments never endanger data.
 */
export class DataStack extends Stack {
  /** Encrypts the tables that hold secrets or personal addresses. */
  readonly confidentialKey: Key;
  private readonly tables = new Map<string, TableV2>();

  constructor(scope: Construct, id: string, props: StackProps, config: PurserConfig) {
    super(scope, id, props);
    this.confidentialKey = new Key(this, 'ConfidentialKey', {
      alias: `${config.prefix}confidential`,
      description: "Encrypts the tables with recipients' addresses and secrets",
      enableKeyRotation: true,
      removalPolicy: removalPolicyOf(config),
    });
    for (const definition of Object.values(TABLE_DEFINITIONS)) {
      const key = definition.isConfidential ? this.confidentialKey : undefined;
      this.tables.set(definition.name, createTable(this, definition, config, key));
    }
    createExportBucket(this, config);
    createJobBucket(this, config);
  }

  /** The stream's ARN of a table that has a stream. */
  streamArn(name: TableName): string {
    const arn = this.tables.get(name)?.tableStreamArn;
    if (arn === undefined) throw new Error(`table ${name} has no stream`);
    return arn;
  }
}

function createTable(
  scope: Construct,
  definition: TableDefinition,
  config: PurserConfig,
  key: Key | undefined,
): TableV2 {
  const warmThroughput = warmThroughputOf(config, definition);
  const table = new TableV2(scope, definition.name, {
    tableName: config.prefix + definition.name,
    partitionKey: attribute(definition.partitionKey),
    ...(definition.sortKey ? { sortKey: attribute(definition.sortKey) } : {}),
    globalSecondaryIndexes: (definition.indexes ?? []).map((index) => ({
      indexName: index.name,
      partitionKey: attribute(index.partitionKey),
      ...(index.sortKey ? { sortKey: attribute(index.sortKey) } : {}),
      projectionType: ProjectionType[index.projection],
    })),
    billing: Billing.onDemand(),
    ...(warmThroughput ? { warmThroughput } : {}),
    encryption: key ? TableEncryptionV2.customerManagedKey(key) : TableEncryptionV2.awsManagedKey(),
    ...(definition.stream ? { dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES } : {}),
    ...(definition.timeToLiveAttribute
      ? { timeToLiveAttribute: definition.timeToLiveAttribute }
      : {}),
    pointInTimeRecoverySpecification: {
      pointInTimeRecoveryEnabled: config.pointInTimeRecovery,
    },
    deletionProtection: config.deletionProtection,
    removalPolicy: removalPolicyOf(config),
  });
  if (!config.pointInTimeRecovery) {
    Validations.of(table).acknowledge({
      id: 'AwsSolutions-DDB3',
      reason: `The data of ${config.environment} can be recreated, so it has no recovery.`,
    });
  }
  return table;
}

/** The units per second that a table takes at once, if its environment sets them. */
const warmThroughputOf = (
  { warmThroughput }: PurserConfig,
  { name }: TableDefinition,
): WarmThroughput | undefined => new Map(Object.entries(warmThroughput)).get(name);

const attribute = ({ name, type }: KeyAttribute): Attribute => ({
  name,
  type: type === 'S' ? AttributeType.STRING : AttributeType.NUMBER,
});
