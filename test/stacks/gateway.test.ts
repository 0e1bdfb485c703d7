import { App, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { buildFunctions } from '../../bin/build.ts';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { reserve } from '../../lambdas/reserve/function.ts';
import { configFor } from '../../lib/config.ts';
import { DataStack } from '../../lib/stacks/data-stack.ts';
import { GatewayStack } from '../../lib/stacks/gateway-stack.ts';
import { MessagingStack } from '../../lib/stacks/messaging-stack.ts';
import { textOf } from './synthesized.ts';

const config = configFor('prod', {
  gateway: {
    regions: ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-southeast-1'],
    models: configFor('prod').gateway.models,
    splitsBill: false,
    fewestBatchRecords: 100,
  },
});
/** A function of the hot path that streams. Its bundle is another's, which no template runs. */
const STREAMING: FunctionDefinition = {
  ...reserve,
  public: true,
  streams: true,
  timeoutSeconds: 900,
  uses: ['models:invoke'],
  environment: ['PURSER_GATEWAY_REGIONS'],
  routes: [
    { method: 'POST', path: '/v1/invocations' },
    { method: 'GET', path: '/openai/v1/models' },
    { method: 'POST', path: '/bedrock/model/{modelId}/converse' },
    { method: 'POST', path: '/bedrock/model/{modelId}/converse-stream' },
  ],
};

type Properties = Record<string, unknown>;
let resources: { type: string; id: string; properties: Properties }[];
const ofType = (type: string): Properties[] =>
  resources.filter((resource) => resource.type === type).map(({ properties }) => properties);

beforeAll(async () => {
  await buildFunctions();
  const { context } = cdkJson as { context: Record<string, unknown> };
  const app = new App({ analyticsReporting: false, context });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const env = { env: { region: config.region } };
  const data = new DataStack(app, 'Data', env, config);
  const messaging = new MessagingStack(app, 'Messaging', env, config);
  const gateway = new GatewayStack(app, 'Gateway', env, {
    config,
    data,
    messaging,
    definitions: [STREAMING],
    others: [],
  });
  // Throws if cdk-nag reports anything.
  app.synth();
  const template = templateSchema.parse(Template.fromStack(gateway).toJSON());
  resources = Object.entries(template.Resources).map(([id, { Type, Properties: properties }]) => ({
    type: Type,
    id,
    properties,
  }));
});

describe('the REST API of functions that stream', () => {
  test('is regional, and throttled and logged like the HTTP API', () => {
    expect(ofType('AWS::ApiGateway::RestApi')).toMatchObject([
      { Name: 'purser-prod-gateway', EndpointConfiguration: { Types: ['REGIONAL'] } },
    ]);
    const [stage] = ofType('AWS::ApiGateway::Stage');
    expect(stage).toMatchObject({
      StageName: 'live',
      MethodSettings: [
        {
          HttpMethod: '*',
          ResourcePath: '/*',
          ThrottlingRateLimit: config.throttle.requestsPerSecond,
          ThrottlingBurstLimit: config.throttle.burst,
          DataTraceEnabled: false,
        },
      ],
    });
    const { Format } = accessLog.parse(stage?.['AccessLogSetting']);
    expect(JSON.parse(Format)).toMatchObject({ status: '$context.status' });
    expect(Format).not.toMatch(/authorization|header|querystring/i);
    expect(ofType('AWS::Logs::LogGroup').map((group) => group['LogGroupName'])).toContain(
      '/aws/vendedlogs/rest-api/purser-prod-gateway',
    );
  });

  test('streams every route for up to 15 minutes from the live alias, without an authorizer', () => {
    const methods = ofType('AWS::ApiGateway::Method')
      .map((method) => methodSchema.parse(method))
      .filter(({ HttpMethod }) => HttpMethod !== 'OPTIONS');
    const served = methods.map((method) => `${method.HttpMethod} ${pathOf(method.ResourceId.Ref)}`);
    expect(served.toSorted()).toEqual(
      (STREAMING.routes ?? []).map(({ method, path }) => `${method} ${path}`).toSorted(),
    );
    const alias = resources.find(({ type }) => type === 'AWS::Lambda::Alias');
    for (const { AuthorizationType, Integration } of methods) {
      expect(AuthorizationType).toBe('NONE');
      expect(Integration).toMatchObject({
        Type: 'AWS_PROXY',
        ResponseTransferMode: 'STREAM',
        TimeoutInMillis: 900_000,
      });
      expect(textOf(Integration.Uri)).toContain(
        `2021-11-15/functions/\${${alias?.id}}/response-streaming-invocations`,
      );
    }
  });

  test('lets pages of every origin ask first', () => {
    const preflights = ofType('AWS::ApiGateway::Method').filter(
      ({ HttpMethod }) => HttpMethod === 'OPTIONS',
    );
    expect(preflights).toHaveLength(STREAMING.routes?.length ?? 0);
    for (const { Integration } of preflights) {
      expect(JSON.stringify(Integration)).toContain(
        `"method.response.header.Access-Control-Allow-Headers":"'*,authorization'"`,
      );
    }
  });

  test('refuses in a form that clients of OpenAI and Anthropic read', () => {
    const refusals = ofType('AWS::ApiGateway::GatewayResponse').map((refusal) =>
      refusalSchema.parse(refusal),
    );
    expect(refusals.map(({ ResponseType }) => ResponseType)).toEqual(
      expect.arrayContaining(['DEFAULT_4XX', 'DEFAULT_5XX', 'THROTTLED', 'REQUEST_TOO_LARGE']),
    );
    for (const { ResponseParameters: headers, ResponseTemplates: templates } of refusals) {
      expect(headers['gatewayresponse.header.x-should-retry']).toMatch(/^'(true|false)'$/);
      expect(headers['gatewayresponse.header.access-control-allow-origin']).toBe("'*'");
      expect(JSON.parse(templates['application/json'])).toEqual({
        type: 'error',
        error: {
          message: expect.stringMatching(/^[A-Z].+\.$/),
          type: expect.stringMatching(/_error$|^request_too_large$/),
          code: expect.any(String),
          param: null,
        },
        request_id: '$context.requestId',
      });
    }
    const unknown = refusals.find((one) => one.ResponseType === 'MISSING_AUTHENTICATION_TOKEN');
    expect(unknown?.StatusCode).toBe('404');
  });

  test('has one alarm, which also ends a gradual shift', () => {
    expect(ofType('AWS::CloudWatch::Alarm')).toMatchObject([
      {
        AlarmName: 'purser-prod-gateway-server-errors',
        Namespace: 'AWS/ApiGateway',
        MetricName: '5XXError',
        Dimensions: [{ Name: 'ApiName', Value: 'purser-prod-gateway' }],
      },
    ]);
    const [group] = ofType('AWS::CodeDeploy::DeploymentGroup');
    const alarm = resources.find(({ type }) => type === 'AWS::CloudWatch::Alarm');
    expect(JSON.stringify(group?.['AlarmConfiguration'])).toContain(alarm?.id);
  });

  test('needs one permission to invoke the function', () => {
    expect(ofType('AWS::Lambda::Permission')).toHaveLength(1);
  });
});

describe('what the function may do', () => {
  const policies = () =>
    [...ofType('AWS::IAM::Policy'), ...ofType('AWS::IAM::ManagedPolicy')].map((policy) =>
      policySchema.parse(policy),
    );
  const onModels = () =>
    policies()
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Action }) => [Action].flat().some((action) => action.startsWith('bedrock:')));

  test('is to call and count the configured models, each by its name', () => {
    const statements = onModels();
    expect(new Set(statements.flatMap(({ Action }) => Action))).toEqual(
      new Set([
        'bedrock:InvokeModel',
        'bedrock:InvokeModelWithResponseStream',
        'bedrock:CountTokens',
      ]),
    );
    const arns = statements.flatMap(({ Resource }) => [Resource].flat().map(textOf));
    expect(arns.join('\n')).not.toContain('*');
    const model = 'anthropic.claude-sonnet-5';
    expect(
      arns
        .filter((arn) => arn.endsWith(model))
        .map(shortened)
        .toSorted(),
    ).toEqual(
      [
        'foundation-model',
        ...[...US, ...EU, ...APAC].map((region) => `${region} foundation-model`),
        'us-east-1 inference-profile/global.',
        'us-east-1 inference-profile/us.',
        'us-west-2 inference-profile/global.',
        'us-west-2 inference-profile/us.',
        'eu-west-1 inference-profile/eu.',
        'eu-west-1 inference-profile/global.',
        'ap-southeast-1 inference-profile/apac.',
        'ap-southeast-1 inference-profile/global.',
      ].toSorted(),
    );
    for (const name of config.gateway.models) {
      expect(
        arns.filter((arn) => arn.includes(name)),
        name,
      ).toHaveLength(27);
    }
    expect(arns.filter((arn) => arn.endsWith('project/default'))).toHaveLength(4);
  });

  test('fits into the policies of one role, also with as many models as settings allow', () => {
    const size = (policy: unknown): number => JSON.stringify(policy).length;
    const inline = ofType('AWS::IAM::Policy').map((policy) => policySchema.parse(policy));
    const managed = ofType('AWS::IAM::ManagedPolicy').map((policy) => policySchema.parse(policy));
    const limits = { inline: 10_240, managed: 6_144, attached: 10 };
    const inlineSize = inline.reduce((sum, policy) => sum + size(resolved(policy)), 0);
    expect(inlineSize).toBeLessThanOrEqual(limits.inline);
    for (const policy of managed) {
      expect(size(resolved(policy))).toBeLessThanOrEqual(limits.managed);
    }
    const perModel = onModels().reduce((sum, one) => sum + size(resolvedStatement(one)), 0);
    const mostModels = 20;
    const most = (perModel / config.gateway.models.length) * mostModels;
    expect(most).toBeLessThan((limits.attached - 1) * limits.managed * 0.9);
    expect(() =>
      configFor('dev', { gateway: { ...config.gateway, models: tooMany(mostModels + 1) } }),
    ).toThrow(/gateway.models/);
  });
});

const US = ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'];
const EU = ['eu-central-1', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-3'];
const APAC = ['northeast-1', 'northeast-2', 'northeast-3', 'south-1', 'south-2']
  .concat(['southeast-1', 'southeast-2', 'southeast-4'])
  .map((name) => `ap-${name}`);

const tooMany = (count: number) =>
  Array.from({ length: count }, () => 'amazon.nova-micro-v1:0' as const);

/** Region, kind, and profile of a model's ARN. */
const shortened = (arn: string): string =>
  arn
    .replace(/^arn:.+?:bedrock:/, '')
    .replace(/:(?:\$\{AWS::AccountId\})?:/, ' ')
    .replace(/(anthropic\.claude-sonnet-5)$/, '')
    .replace(/\/$/, '')
    .trim();

/** With the lengths of real accounts and partitions. */
const resolvedStatement = ({ Action, Resource }: z.output<typeof statementSchema>) => ({
  Effect: 'Allow',
  Action,
  Resource: [Resource]
    .flat()
    .map((arn) => textOf(arn).replaceAll(/\$\{AWS::AccountId\}/g, '123456789012')),
});
const resolved = ({ PolicyDocument }: z.output<typeof policySchema>) => ({
  Version: '2012-10-17',
  Statement: PolicyDocument.Statement.map(resolvedStatement),
});

function pathOf(id: string): string {
  const resource = resources.find((candidate) => candidate.id === id);
  if (resource?.type !== 'AWS::ApiGateway::Resource') return '';
  const { ParentId, PathPart } = resourceSchema.parse(resource.properties);
  return `${'Ref' in ParentId ? pathOf(ParentId.Ref) : ''}/${PathPart}`;
}

const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
});
const accessLog = z.object({ Format: z.string() });
const methodSchema = z.object({
  HttpMethod: z.string(),
  AuthorizationType: z.string(),
  ResourceId: z.object({ Ref: z.string() }),
  Integration: z.looseObject({ Uri: z.unknown().optional() }),
});
const resourceSchema = z.object({
  PathPart: z.string(),
  ParentId: z.union([z.object({ Ref: z.string() }), z.object({ 'Fn::GetAtt': z.unknown() })]),
});
const refusalSchema = z.object({
  ResponseType: z.string(),
  StatusCode: z.string().optional(),
  ResponseParameters: z.record(z.string(), z.string()),
  ResponseTemplates: z.object({ 'application/json': z.string() }),
});
const statementSchema = z.object({
  Action: z.union([z.string(), z.array(z.string())]),
  Resource: z.unknown(),
});
const policySchema = z.object({
  PolicyDocument: z.object({ Statement: z.array(statementSchema) }),
});
