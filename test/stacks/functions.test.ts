import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { configFor, ENVIRONMENTS, type PurserEnvironment } from '../../lib/config.ts';
import type { CapabilityName } from '../../lambdas/capabilities.ts';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import { QUEUE_DEFINITIONS } from '../../queues/definitions.ts';
import { TABLE_DEFINITIONS, TABLE_NAMES } from '../../tables/definitions.ts';
import { type Resource, type Synthesized, synthesizeOnce, textOf } from './synthesized.ts';

let synthesized: Synthesized;
beforeAll(async () => {
  synthesized = await synthesizeOnce();
});

const HOT_PATH = ['authorizer', 'gateway', 'predict-cost', 'reserve'];

test('every folder of a function is listed once', () => {
  const names = FUNCTIONS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(HOT_PATH));
  expect(FUNCTIONS.filter(({ hotPath }) => hotPath).map(({ name }) => name)).toEqual(HOT_PATH);
});

test('writers of the audit log may read its heads and append, and do nothing else', () => {
  const writers = FUNCTIONS.filter(({ tables }) => tables?.['audit-log']?.includes('PutItem'));
  expect(writers).not.toEqual([]);
  for (const { name, tables } of writers) {
    expect(tables?.['audit-log'], name).toEqual(['BatchGetItem', 'PutItem']);
  }
  const changing = FUNCTIONS.filter(({ tables }) =>
    tables?.['audit-log']?.some((action) => /Update|Delete/.test(action)),
  );
  expect(changing).toEqual([]);
});

test.each(ENVIRONMENTS)(
  'only what needs secrets or addresses may use their key: %s',
  (environment) => {
    const users = FUNCTIONS.filter((definition) =>
      permissionsOf(environment, lambdaOf(environment, definition)).some(
        (permission) => permission.startsWith('kms:') && permission.includes('ConfidentialKey'),
      ),
    );
    expect(users.map(({ name }) => name).toSorted()).toEqual(CONFIDENTIAL);
    const writers = users.filter((definition) =>
      permissionsOf(environment, lambdaOf(environment, definition)).some((permission) =>
        permission.startsWith('kms:Encrypt on'),
      ),
    );
    expect(writers.map(({ name }) => name).toSorted()).toEqual([
      'report-settings',
      'send-reports',
      'thresholds',
    ]);
  },
);

test('only functions that compute or measure advice read metrics', () => {
  const readers = FUNCTIONS.filter(({ uses }) => uses?.includes('warmth:read'));
  expect(readers.map(({ name }) => name)).toEqual(['advise', 'recommendations', 'send-reports']);
});

test('only the function that proposes prices reads the price list', () => {
  const readers = FUNCTIONS.filter(({ uses }) => uses?.includes('prices:read'));
  expect(readers.map(({ name }) => name)).toEqual(['propose-prices']);
});

describe.each(ENVIRONMENTS)('%s', (environment) => {
  const config = configFor(environment);
  const isWarm = config.provisionedConcurrency.min > 0;

  test.each(FUNCTIONS)('runs $name from its bundle with its settings', (definition) => {
    const { Properties } = lambdaOf(environment, definition);
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: definition.memoryMiB,
      Timeout: definition.timeoutSeconds,
    });
    expect(Properties['TracingConfig']).toEqual(
      isTraced(definition) ? { Mode: 'Active' } : undefined,
    );
    expect(Properties['RecursiveLoop']).toBe(
      ['build-exports', 'deliver-alerts', 'run-jobs'].includes(definition.name)
        ? 'Allow'
        : undefined,
    );
    const settings = environmentOf(Properties);
    expect(settings['PURSER_TABLE_PREFIX']).toBe(config.prefix);
    for (const name of definition.environment ?? []) {
      if (!isOptional(name)) expect(settings[name], name).toBeDefined();
    }
    const [logGroup] = synthesized
      .resources(environment, 'AWS::Logs::LogGroup')
      .filter(({ logicalId }) => textOf(logGroupOf(Properties)) === `\${${logicalId}}`);
    expect(logGroup?.Properties).toEqual({
      LogGroupName: `/aws/lambda/${config.prefix}${definition.name}`,
      RetentionInDays: config.logRetentionDays,
    });
  });

  test.each(FUNCTIONS)('lets $name do what its facts say and nothing else', (definition) => {
    const permissions = permissionsOf(environment, lambdaOf(environment, definition));
    const expected = new Set(expectedPermissions(definition, config.prefix));
    const others = permissions.filter((permission) => !expected.delete(permission));
    expect(others.filter((permission) => !isForDelivery(permission, definition))).toEqual([]);
    expect([...expected]).toEqual([]);
    const uses = new Set<CapabilityName>(definition.uses);
    const withWildcard = permissions.filter((permission) => permission.includes('*'));
    const files = `arn:aws:s3:::${bucketOf(config.prefix, 'exports')}/*`;
    const jobFiles = `arn:aws:s3:::${bucketOf(config.prefix, 'jobs')}/*`;
    const identities = `arn:aws:ses:${config.region}:\${AWS::AccountId}:identity/*`;
    expect(withWildcard).toEqual([
      ...permissions.filter((each) => each.endsWith(':model-invocation-job/*')),
      ...(uses.has('warmth:read') ? ['cloudwatch:GetMetricData on *'] : []),
      ...(uses.has('ledger-changes:read') ? streamActions(config.prefix) : []),
      ...(uses.has('prices:read') ? ['pricing:GetProducts on *'] : []),
      ...(uses.has('export-files:write') ? [`s3:AbortMultipartUpload on ${files}`] : []),
      ...(uses.has('export-files:delete') ? [`s3:DeleteObject on ${files}`] : []),
      ...(uses.has('export-files:read') ? [`s3:GetObject on ${files}`] : []),
      ...(uses.has('export-files:write') ? [`s3:PutObject on ${files}`] : []),
      ...(uses.has('job-files:write') ? [`s3:DeleteObject on ${jobFiles}`] : []),
      ...(uses.has('job-files:read') ? [`s3:GetObject on ${jobFiles}`] : []),
      ...(uses.has('job-files:write') ? [`s3:PutObject on ${jobFiles}`] : []),
      ...permissions.filter((each) => each.endsWith(`${config.prefix}providers/*`)),
      // A condition limits it to the sender; in its sandbox, SES checks recipients as well.
      ...(uses.has('alerts:deliver') || uses.has('mail:send')
        ? [`ses:SendEmail on ${identities}`]
        : []),
      // Phone numbers are everything that is not a topic.
      ...(uses.has('alerts:deliver') ? ['sns:Publish on not:arn:*:sns:*:*:*'] : []),
      ...(isTraced(definition)
        ? ['xray:PutTelemetryRecords on *', 'xray:PutTraceSegments on *']
        : []),
    ]);
  });

  test.each(FUNCTIONS)('gives $name an alias, warm when it is on the hot path', (definition) => {
    const lambda = lambdaOf(environment, definition);
    const [alias, ...more] = synthesized
      .resources(environment, 'AWS::Lambda::Alias')
      .filter(({ Properties }) => textOf(Properties['FunctionName']) === `\${${lambda.logicalId}}`);
    expect(more).toEqual([]);
    expect(alias?.Properties['Name']).toBe('live');
    // Only the scaling target says how many: a number here would take warm ones away under load.
    expect(alias?.Properties['ProvisionedConcurrencyConfig']).toBeUndefined();
  });

  test('tells the functions that compute advice which functions are warm', () => {
    for (const name of ['advise', 'recommendations'] as const) {
      const definition = FUNCTIONS.find((candidate) => candidate.name === name);
      if (!definition) throw new Error(`there is no function ${name}`);
      const settings = environmentOf(lambdaOf(environment, definition).Properties);
      expect(JSON.parse(String(settings['PURSER_WARMTH']))).toEqual({
        region: 'us-east-1',
        targetPercent: 70,
        functions: (isWarm ? HOT_PATH : []).map((warm) => ({
          name: warm,
          functionName: config.prefix + warm,
          memoryMiB: FUNCTIONS.find((candidate) => candidate.name === warm)?.memoryMiB,
          min: config.provisionedConcurrency.min,
        })),
      });
      expect(settings['PURSER_OPERATOR_ORGANIZATION']).toBeUndefined();
    }
  });

  test('scales the warm functions by their utilization', () => {
    const targets = synthesized.resources(
      environment,
      'AWS::ApplicationAutoScaling::ScalableTarget',
    );
    expect(targets).toHaveLength(isWarm ? HOT_PATH.length : 0);
    for (const { Properties } of targets) {
      expect(Properties).toMatchObject({
        ScalableDimension: 'lambda:function:ProvisionedConcurrency',
        MinCapacity: config.provisionedConcurrency.min,
        MaxCapacity: config.provisionedConcurrency.max,
      });
    }
    const policies = synthesized.resources(
      environment,
      'AWS::ApplicationAutoScaling::ScalingPolicy',
    );
    for (const { Properties } of policies) {
      // Without traffic there is no utilization, and a policy that sees none never scales in.
      expect(JSON.stringify(Properties)).toContain('"Expression":"FILL(reported, 0)"');
    }
    expect(
      policies.map(({ Properties }) => textOf(Properties['ScalingTargetId'])).toSorted(),
    ).toEqual(targets.map(({ logicalId }) => `\${${logicalId}}`).toSorted());
  });
});

const isTraced = ({ hotPath, follows, queue }: FunctionDefinition): boolean =>
  !hotPath && !follows && !queue;

/** Deployments without JWT users or without an operator organization omit these. */
const isOptional = (name: string): boolean =>
  /^PURSER_(?:JW|OPERATOR_ORGANIZATION$|MODEL_CALLER_ARN$)/.test(name);

function lambdaOf(environment: PurserEnvironment, { name }: FunctionDefinition): Resource {
  const matches = synthesized
    .resources(environment, 'AWS::Lambda::Function')
    .filter(
      ({ Properties }) => Properties['FunctionName'] === configFor(environment).prefix + name,
    );
  if (matches.length !== 1 || !matches[0]) throw new Error(`${matches.length} functions ${name}`);
  return matches[0];
}

/** Everything that a function's role allows, as `action on resource`. */
function permissionsOf(environment: PurserEnvironment, lambda: Resource): string[] {
  const role = textOf(lambda.Properties['Role']).replace('.Arn}', '}');
  const roles = synthesized
    .resources(environment, 'AWS::IAM::Role')
    .filter(({ logicalId }) => `\${${logicalId}}` === role);
  expect(roles.map(({ Properties }) => Object.keys(Properties).toSorted())).toEqual([
    ['AssumeRolePolicyDocument', 'Description'],
  ]);
  return synthesized
    .resources(environment)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy')
    .map(({ Properties }) => policy.parse(Properties))
    .filter(({ Roles }) => Roles.some((attached) => textOf(attached) === role))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action, Resource: on = [], NotResource: excepted = [] }) =>
      Action.flatMap((action) =>
        [...on, ...excepted].map((resource) => `${action} on ${textOf(resource)}`),
      ),
    )
    .toSorted();
}

/** What reads the ledger's stream. Its name ends with the time of its creation. */
const streamActions = (prefix: string): string[] =>
  ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
    (action) =>
      `dynamodb:${action} on arn:aws:dynamodb:us-east-1:\${AWS::AccountId}:table/${prefix}ledger/stream/*`,
  );

function expectedPermissions(definition: FunctionDefinition, prefix: string): string[] {
  return TABLE_NAMES.flatMap((name) => {
    const table = `arn:aws:dynamodb:us-east-1:\${AWS::AccountId}:table/${prefix}${name}`;
    const indexes = (TABLE_DEFINITIONS[name].indexes ?? []).map(
      (index) => `${table}/index/${index.name}`,
    );
    return (definition.tables?.[name] ?? []).flatMap((action) =>
      [table, ...(action === 'Query' ? indexes : [])].map((arn) => `dynamodb:${action} on ${arn}`),
    );
  });
}

const bucketOf = (prefix: string, name: 'exports' | 'jobs'): string =>
  `${prefix}${name}-\${AWS::AccountId}-\${AWS::Region}`;

/** Functions that may read alert addresses and secrets. */
const CONFIDENTIAL = [
  'deliver-alerts',
  'monitor-costs',
  'report-settings',
  'send-digests',
  'send-reports',
  'thresholds',
  'watch-spending',
];

/** Permissions that every function needs besides its tables, or that its trigger or alerts need. */
function isForDelivery(permission: string, definition: FunctionDefinition): boolean {
  const [action = '', , resource = ''] = permission.split(' ');
  const uses = new Set<CapabilityName>(definition.uses);
  if (action.startsWith('xray:')) return resource === '*';
  if (action === 'cloudwatch:GetMetricData') return uses.has('warmth:read') && resource === '*';
  if (uses.has('ledger-changes:read') && resource.endsWith('ledger/stream/*')) return true;
  if (action === 'iam:PassRole') return uses.has('batches:run');
  if (action.startsWith('bedrock:')) return uses.has('models:invoke');
  if (action === 'secretsmanager:GetSecretValue') return uses.has('provider-keys:read');
  if (action === 'pricing:GetProducts') return uses.has('prices:read') && resource === '*';
  if (action.startsWith('logs:')) return resource.includes('Logs');
  if (action.startsWith('kms:') && resource.includes('ConfidentialKey')) {
    return CONFIDENTIAL.includes(definition.name);
  }
  if (action === 'events:PutEvents') return uses.has('events:put') && /GetAttEvents/.test(resource);
  if (action.startsWith('sns:') || action.startsWith('kms:')) {
    return uses.has('alerts:deliver') && !resource.includes('alarms');
  }
  if (action === 'ses:SendEmail') {
    return resource.includes(':identity/') && (uses.has('mail:send') || uses.has('alerts:deliver'));
  }
  if (action.startsWith('s3:') && resource.includes('jobs-')) {
    return action === 's3:GetObject' ? uses.has('job-files:read') : uses.has('job-files:write');
  }
  if (action === 's3:DeleteObject') return uses.has('export-files:delete');
  if (action === 's3:GetObject') return uses.has('export-files:read');
  if (action.startsWith('s3:')) return uses.has('export-files:write');
  for (const { name, constructId } of Object.values(QUEUE_DEFINITIONS)) {
    if (!action.startsWith('sqs:') || !resource.includes(constructId.replace('-', ''))) continue;
    return action === 'sqs:SendMessage' ? uses.has(`${name}:publish`) : definition.queue === name;
  }
  if (action === 'sqs:SendMessage' && (definition.follows ?? definition.schedule)) {
    return resource.includes(definition.follows ? 'streamfailures' : 'schedulefailures');
  }
  if (/Stream|GetRecords|GetShardIterator/.test(action)) {
    return definition.follows !== undefined && resource.includes('StreamArn');
  }
  return false;
}

const resources = z.unknown().transform((value) => (Array.isArray(value) ? value : [value]));

const policy = z.object({
  Roles: z.array(z.unknown()),
  PolicyDocument: z.object({
    Statement: z.array(
      z.strictObject({
        Effect: z.literal('Allow'),
        Action: z.union([z.array(z.string()), z.string().transform((action) => [action])]),
        Resource: resources.optional(),
        NotResource: resources
          .transform((excepted) => excepted.map((resource) => `not:${textOf(resource)}`))
          .optional(),
        Condition: z.unknown().optional(),
      }),
    ),
  }),
});

const environmentOf = (properties: Resource['Properties']) =>
  z.object({ Variables: z.record(z.string(), z.unknown()) }).parse(properties['Environment'])
    .Variables;

const logGroupOf = (properties: Resource['Properties']) =>
  z.object({ LogGroup: z.unknown() }).parse(properties['LoggingConfig']).LogGroup;
