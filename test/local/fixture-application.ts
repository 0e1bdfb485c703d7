import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { LambdaIntegration, ResponseTransferMode, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { CorsHttpMethod, HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { AttributeType, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Code, Function, Runtime, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource, SqsEventSource, SqsDlq } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue } from 'aws-cdk-lib/aws-sqs';

const dynamoDb = import.meta.resolve('@aws-sdk/client-dynamodb');
const sns = import.meta.resolve('@aws-sdk/client-sns');

/** Writes, reads, fails, stalls and exits on demand. Its answer contains the event it received. */
const itemsCode = `
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '${dynamoDb}';
const client = new DynamoDBClient({});
export const handler = async (event, context) => {
  const id = event.pathParameters?.id;
  if (id === 'fail') throw new Error('asked to fail');
  if (id === 'exit') process.exit(3);
  if (id === 'stall') await new Promise((resolve) => setTimeout(resolve, 5000));
  if (event.requestContext?.http.method === 'PUT') {
    await client.send(new PutItemCommand({ TableName: process.env.ITEMS_TABLE, Item: { id: { S: id }, kind: { S: 'item' }, body: { S: event.body ?? '' } } }));
    return { statusCode: 201, body: JSON.stringify({ id }), headers: { 'content-type': 'application/json' } };
  }
  if (event.routeKey === 'GET /items/{id}') {
    const { Item } = await client.send(new GetItemCommand({ TableName: process.env.ITEMS_TABLE, Key: { id: { S: id } } }));
    if (Item === undefined) return { statusCode: 404 };
    return { id, body: Item.body.S };
  }
  console.log('seen', event.rawPath);
  return { now: Date.now(), event, name: context.functionName, store: globalThis.awslambda.InvokeStore.getRequestId() === context.awsRequestId };
};
`;

const authorizerCode = `
let calls = 0;
export const handler = async (event) => {
  calls += 1;
  const token = event.identitySource[0];
  if (token === 'broken') throw new Error('broken');
  return { isAuthorized: token.startsWith('good'), context: { token, calls } };
};
`;

/** Streams the id of a path, and how it was reached. */
const streamCode = `
export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
  const answer = awslambda.HttpResponseStream.from(stream, { statusCode: 200, headers: { 'content-type': 'text/plain' } });
  answer.write('streamed ');
  answer.end(event.pathParameters.id + ' by ' + context.functionName);
});
`;

/** Copies each record to the table of copies, and rejects poison. */
const copyCode = `
import { DynamoDBClient, PutItemCommand } from '${dynamoDb}';
const client = new DynamoDBClient({});
export const handler = async (event) => {
  for (const record of event.Records) {
    const id = record.dynamodb.Keys.id.S;
    if (id.startsWith('poison')) return { batchItemFailures: [{ itemIdentifier: record.dynamodb.SequenceNumber }] };
    await client.send(new PutItemCommand({ TableName: process.env.COPIES_TABLE, Item: { id: { S: id }, source: { S: record.eventSourceARN }, at: { N: String(Date.now()) } } }));
  }
  return { batchItemFailures: [] };
};
`;

const publishCode = `
import { SNSClient, PublishCommand } from '${sns}';
const client = new SNSClient({});
export const handler = async (event) => {
  await client.send(new PublishCommand({ TopicArn: event.quiet ? process.env.QUIET_TOPIC : process.env.TOPIC, Subject: 'tick', Message: JSON.stringify(event), MessageAttributes: { level: { DataType: 'String', StringValue: event.level ?? 'low' } } }));
  console.log(JSON.stringify({ _aws: { Timestamp: Date.now(), CloudWatchMetrics: [{ Namespace: 'Fixture', Dimensions: [['service']], Metrics: [{ Name: 'Ticks', Unit: 'Count' }] }] }, service: 'fixture', Ticks: 1 }));
  return 'published';
};
`;

const workCode = `
import { DynamoDBClient, PutItemCommand } from '${dynamoDb}';
const client = new DynamoDBClient({});
export const handler = async (event) => {
  for (const record of event.Records) {
    if (record.body === 'bad') throw new Error('bad work');
    await client.send(new PutItemCommand({ TableName: process.env.COPIES_TABLE, Item: { id: { S: 'work-' + record.messageId }, body: { S: record.body } } }));
  }
};
`;

/**
 * Synthesizes a small application under `directory`, with one of everything that the local run
 * emulates. Returns the folder of its cloud assembly.
 */
export function synthesizeFixture(directory: string): string {
  const app = new App({
    outdir: join(directory, 'cdk.out'),
    analyticsReporting: false,
    context: { 'aws:cdk:bundling-stacks': [] },
  });
  const tables = addTables(new Stack(app, 'FixtureData'));
  const stack = new Stack(app, 'FixtureApp');
  const make: MakeFunction = (name, source, environment = {}) =>
    new Function(stack, `${name}Function`, {
      functionName: `fixture-${name.toLowerCase()}`,
      runtime: Runtime.NODEJS_24_X,
      handler: 'index.handler',
      code: codeIn(join(directory, 'functions', name), source),
      timeout: Duration.seconds(2),
      environment,
    });
  const messaging = addMessaging(stack);
  const items = make('Items', itemsCode, { ITEMS_TABLE: tables.items.tableName });
  addApi(stack, make, items);
  addStreamingApi(stack, make('Stream', streamCode));
  addEventSources(make, tables, messaging);
  addSchedule(stack, make, messaging);
  addAlarm(stack, items, messaging.quiet);
  return app.synth().directory;
}

type MakeFunction = (
  name: string,
  source: string,
  environment?: Record<string, string>,
) => Function;

function codeIn(folder: string, source: string): Code {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), source);
  return Code.fromAsset(folder);
}

function addTables(data: Stack) {
  const items = new TableV2(data, 'Items', {
    tableName: 'fixture-items',
    partitionKey: { name: 'id', type: AttributeType.STRING },
    dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
    timeToLiveAttribute: 'expires',
    globalSecondaryIndexes: [
      { indexName: 'by-kind', partitionKey: { name: 'kind', type: AttributeType.STRING } },
    ],
  });
  const copies = new TableV2(data, 'Copies', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
  });
  return { items, copies };
}

function addMessaging(stack: Stack) {
  const topic = new Topic(stack, 'Topic', { topicName: 'fixture-topic' });
  const quiet = new Topic(stack, 'Quiet');
  const dead = new Queue(stack, 'Dead', { queueName: 'fixture-dead' });
  const work = new Queue(stack, 'WorkQueue', {
    visibilityTimeout: Duration.seconds(2),
    deadLetterQueue: { queue: dead, maxReceiveCount: 1 },
  });
  topic.addSubscription(new EmailSubscription('ops@example.com'));
  topic.addSubscription(new SqsSubscription(work, { rawMessageDelivery: true }));
  return { topic, quiet, dead, work };
}

type Messaging = ReturnType<typeof addMessaging>;

/** Copies items from a stream, and works off a queue. */
function addEventSources(
  make: MakeFunction,
  { items, copies }: ReturnType<typeof addTables>,
  { dead, work }: Messaging,
): void {
  const environment = { COPIES_TABLE: copies.tableName };
  make('Copy', copyCode, environment).addEventSource(
    new DynamoEventSource(items, {
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 10,
      reportBatchItemFailures: true,
      retryAttempts: 1,
      // Otherwise records in the same batch as poison would be dropped with it.
      bisectBatchOnError: true,
      onFailure: new SqsDlq(dead),
      filters: [{ pattern: JSON.stringify({ eventName: ['INSERT', 'MODIFY'] }) }],
    }),
  );
  make('Work', workCode, environment).addEventSource(new SqsEventSource(work, { batchSize: 5 }));
}

function addApi(stack: Stack, make: MakeFunction, items: Function): void {
  const alias = items.addAlias('live', { provisionedConcurrentExecutions: 1 });
  const authorizer = new HttpLambdaAuthorizer('Authorizer', make('Authorizer', authorizerCode), {
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    identitySource: ['$request.header.Authorization'],
    resultsCacheTtl: Duration.minutes(5),
  });
  const api = new HttpApi(stack, 'Api', {
    corsPreflight: {
      allowOrigins: ['https://fixture.example'],
      allowMethods: [CorsHttpMethod.ANY],
    },
  });
  const integration = new HttpLambdaIntegration('ItemsIntegration', alias);
  api.addRoutes({ path: '/items/{id}', methods: [HttpMethod.PUT, HttpMethod.GET], integration });
  api.addRoutes({ path: '/open/{proxy+}', methods: [HttpMethod.ANY], integration });
  api.addRoutes({ path: '/closed', methods: [HttpMethod.GET], integration, authorizer });
}

function addStreamingApi(stack: Stack, stream: Function): void {
  const api = new RestApi(stack, 'StreamingApi', { restApiName: 'fixture-streaming' });
  const integration = new LambdaIntegration(stream, {
    responseTransferMode: ResponseTransferMode.STREAM,
  });
  api.root.resourceForPath('/items/{id}/stream').addMethod('POST', integration);
}

function addSchedule(stack: Stack, make: MakeFunction, { topic, quiet }: Messaging): void {
  const publish = make('Publish', publishCode, {
    TOPIC: topic.topicArn,
    QUIET_TOPIC: quiet.topicArn,
  });
  new Rule(stack, 'Tick', {
    ruleName: 'fixture-tick',
    schedule: Schedule.cron({ minute: '0/15' }),
    targets: [
      new LambdaFunction(publish, { event: RuleTargetInput.fromObject({ level: 'high' }) }),
    ],
  });
}

function addAlarm(stack: Stack, items: Function, quiet: Topic): void {
  const alarm = new Alarm(stack, 'Failures', {
    alarmName: 'fixture-failures',
    metric: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Errors',
      dimensionsMap: { FunctionName: items.functionName },
      statistic: 'Sum',
      period: Duration.minutes(1),
    }),
    threshold: 1,
    evaluationPeriods: 1,
  });
  alarm.addAlarmAction(new SnsAction(quiet));
}
