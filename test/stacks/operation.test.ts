import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { METRICS } from '../../contracts/telemetry.ts';
import { runJobs } from '../../lambdas/run-jobs/function.ts';
import { buildExports } from '../../lambdas/build-exports/function.ts';
import type { FunctionDefinition } from '../../lambdas/function-definition.ts';
import { FUNCTIONS } from '../../lambdas/functions.ts';
import { configFor, ENVIRONMENTS, type PurserEnvironment } from '../../lib/config.ts';
import { type Resource, type Synthesized, synthesizeOnce, textOf } from './synthesized.ts';

let synthesized: Synthesized;
beforeAll(async () => {
  synthesized = await synthesizeOnce();
});

const SCHEDULES = {
  'monitor-costs': 'rate(15 minutes)',
  'send-digests': 'rate(5 minutes)',
  'sweep-reservations': 'rate(1 minute)',
  'run-jobs': 'rate(1 minute)',
  'check-ledger': 'rate(1 hour)',
  'train-predictor': 'cron(15 2 * * ? *)',
  advise: 'cron(45 2 * * ? *)',
  'propose-prices': 'cron(30 3 * * ? *)',
  'send-reports': 'cron(2 * * * ? *)',
};

const LATE_SECONDS = new Map(Object.entries({ alerts: 60, exports: 3_600, jobs: 1_800 }));

describe.each(ENVIRONMENTS)('%s', (environment) => {
  const { prefix } = configFor(environment);

  test('starts every scheduled function by its schedule, with retries and a dead-letter queue', () => {
    const schedules = synthesized.resources(environment, 'AWS::Scheduler::Schedule');
    expect(
      Object.fromEntries(
        schedules.map(({ Properties }) => [
          textOf(Properties['Name']).slice(prefix.length),
          Properties['ScheduleExpression'],
        ]),
      ),
    ).toEqual(SCHEDULES);
    for (const { Properties } of schedules) {
      const target = scheduleTarget.parse(Properties['Target']);
      expect(textOf(target.DeadLetterConfig.Arn)).toContain('schedulefailures');
      expect(target.RetryPolicy.MaximumRetryAttempts).toBeGreaterThan(0);
      expect(aliasIds(environment)).toContain(textOf(target.Arn));
      expect(invokedBy(environment, textOf(target.RoleArn))).toEqual([textOf(target.Arn)]);
    }
  });

  test('keeps a scheduled run that failed after its retries', () => {
    const kept = synthesized
      .resources(environment, 'AWS::Lambda::EventInvokeConfig')
      .map(({ Properties }) => Properties);
    expect(kept).toHaveLength(Object.keys(SCHEDULES).length);
    for (const properties of kept) {
      expect(properties).toMatchObject({ Qualifier: 'live', MaximumRetryAttempts: 2 });
      const { OnFailure } = destination.parse(properties['DestinationConfig']);
      expect(textOf(OnFailure.Destination)).toContain('schedulefailures');
    }
  });

  test.each(Object.keys(SCHEDULES))('tells of the first run of %s that fails', (name) => {
    const errors = alarms(environment).find(
      ({ Properties }) => Properties['AlarmName'] === `${prefix}${name}-errors`,
    );
    expect(errors?.Properties).toMatchObject({ Threshold: 1, EvaluationPeriods: 1 });
  });

  test('follows its streams, and gives up a bad record instead of stopping', () => {
    const all = synthesized.resources(environment, 'AWS::Lambda::EventSourceMapping');
    const mappings = all.filter(({ Properties }) => Properties['StartingPosition']);
    const ofQueues = FUNCTIONS.filter(({ queue }) => queue).length;
    expect(all).toHaveLength(mappings.length + ofQueues);
    expect(mappings).toHaveLength(FUNCTIONS.flatMap(({ follows = [] }) => follows).length);
    for (const { Properties } of mappings) {
      expect(Properties).toMatchObject({
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        BisectBatchOnFunctionError: true,
        StartingPosition: 'TRIM_HORIZON',
        MaximumRecordAgeInSeconds: 82_800,
      });
      // Tries without a limit, because only the store's failure fails a batch.
      expect(Properties['MaximumRetryAttempts']).toBeUndefined();
      expect(Properties['MaximumBatchingWindowInSeconds']).toBe(
        environment === 'dev' ? undefined : 1,
      );
      expect(textOf(Properties['EventSourceArn'])).toMatch(
        /(?:ledger|tokenanalytics|auditlog|jobs|alertdeliveries).*StreamArn/,
      );
      const { OnFailure } = destination.parse(Properties['DestinationConfig']);
      expect(textOf(OnFailure.Destination)).toContain('streamfailures');
    }
  });

  test('delivers alerts at once, makes exports, runs jobs, and keeps those that cannot be', () => {
    const queues = synthesized
      .resources(environment, 'AWS::SQS::Queue')
      .filter(({ Properties }) => Properties['RedrivePolicy']);
    expect(queues.map(({ Properties }) => Properties)).toMatchObject([
      {
        QueueName: `${prefix}alerts`,
        SqsManagedSseEnabled: true,
        RedrivePolicy: { maxReceiveCount: 10 },
      },
      {
        QueueName: `${prefix}exports`,
        VisibilityTimeout: buildExports.timeoutSeconds + 60,
        RedrivePolicy: { maxReceiveCount: 3 },
      },
      { QueueName: `${prefix}jobs`, VisibilityTimeout: runJobs.timeoutSeconds + 60 },
    ]);
    const mapping = synthesized
      .resources(environment, 'AWS::Lambda::EventSourceMapping')
      .find(({ Properties }) => textOf(Properties['EventSourceArn']).includes('alertqueue'));
    expect(mapping?.Properties).toMatchObject({
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
    expect(mapping?.Properties).not.toHaveProperty('MaximumBatchingWindowInSeconds');
  });

  test('gives every alarm its meaning and a runbook, and notifies the alarm topic', () => {
    const composites = synthesized.resources(environment, 'AWS::CloudWatch::CompositeAlarm');
    for (const { Properties } of [...alarms(environment), ...composites]) {
      const description = textOf(Properties['AlarmDescription']);
      expect(description).toMatch(/^Impact: [A-Z].{20,}\.\nRunbook: [A-Z].{20,}\.$/);
      expect(description.length).toBeLessThanOrEqual(1_024);
      for (const actions of [Properties['AlarmActions'], Properties['OKActions']]) {
        expect(z.array(z.unknown()).parse(actions).map(textOf)).toEqual([
          expect.stringContaining('ExportsOutputRefalarms'),
        ]);
      }
    }
  });

  test.each([
    ['errors', 'Errors'],
    ['queue depth', 'ApproximateNumberOfMessagesVisible'],
    ['predictor drift', 'PredictorDrift'],
    ['ledger violations', 'LedgerViolations'],
  ])('tells the operators of %s, and when they are over', (_, metric) => {
    const watching = alarms(environment).filter(({ Properties }) =>
      JSON.stringify(Properties).includes(`"MetricName":"${metric}"`),
    );
    expect(watching.length).toBeGreaterThan(0);
    for (const { Properties } of watching) {
      expect(Properties['AlarmActions']).toEqual(Properties['OKActions']);
    }
  });

  test.each<FunctionDefinition>(FUNCTIONS)(
    'watches $name',
    ({ name, routes, follows, hotPath, streams }) => {
      const watched = alarms(environment)
        .filter(({ Properties }) => isAbout(Properties, 'FunctionName', prefix + name))
        .map(({ Properties }) => Properties['MetricName']);
      // Errors behind a route are 5xx of the API, for which one alarm is enough.
      if (hotPath && !streams)
        expect(watched).toEqual(expect.arrayContaining(['Errors', 'Duration']));
      else if (routes) expect(watched).toEqual([]);
      // What fails is retried, so the table's stream gets ahead.
      else if (follows) expect(watched).toEqual(['IteratorAge']);
      else expect(watched).toContain('Errors');
    },
  );

  test('watches the age of every queue that is worked off, and the first message of every other', () => {
    for (const { Properties } of synthesized.resources(environment, 'AWS::SQS::Queue')) {
      const watched = alarms(environment)
        .filter((alarm) => isAbout(alarm.Properties, 'QueueName', textOf(Properties['QueueName'])))
        .map((alarm) => [alarm.Properties['MetricName'], alarm.Properties['Threshold']]);
      const late = LATE_SECONDS.get(textOf(Properties['QueueName']).slice(prefix.length));
      expect(watched).toContainEqual(
        Properties['RedrivePolicy']
          ? ['ApproximateAgeOfOldestMessage', late]
          : ['ApproximateNumberOfMessagesVisible', 1],
      );
    }
  });

  test('watches how far behind every follower of a stream is', () => {
    const followers = FUNCTIONS.filter(({ follows }) => follows).map(({ name }) => prefix + name);
    expect(followers).not.toEqual([]);
    for (const name of followers) {
      const watched = alarms(environment)
        .filter(({ Properties }) => isAbout(Properties, 'FunctionName', name))
        .map(({ Properties }) => Properties['MetricName']);
      expect(watched).toContain('IteratorAge');
    }
  });

  test('has one alarm that says money is not being guarded, over all that mean it', () => {
    const [composite, ...others] = synthesized.resources(
      environment,
      'AWS::CloudWatch::CompositeAlarm',
    );
    expect(others).toEqual([]);
    expect(composite?.Properties['AlarmName']).toBe(`${prefix}money-not-guarded`);
    const rule = textOf(composite?.Properties['AlarmRule']);
    const named = alarms(environment)
      .filter(
        ({ logicalId }) =>
          rule.includes(`ALARM("\${${logicalId}.Arn}")`) ||
          // An alarm of another stack.
          rule.includes(`ExportsOutputFnGetAtt${logicalId}Arn`),
      )
      .map(({ Properties }) => textOf(Properties['AlarmName']).slice(prefix.length));
    expect(named.toSorted()).toEqual([
      'aggregate-usage-behind',
      'alerts-late',
      'api-server-errors',
      'check-ledger-errors',
      'deliver-alerts-errors',
      'expiries-in-suspense',
      'gateway-server-errors',
      'ledger-throttled',
      'ledger-violation',
      'monitor-costs-errors',
      'monitor-not-run',
      'postings-in-suspense',
      'reserve-errors',
      'scopes-not-reviewed',
      'stream-failures-not-empty',
      'sweep-reservations-errors',
      'sweeper-behind',
      'unread-members',
      'unread-usage',
      'watch-spending-behind',
    ]);
  });

  test('watches the API, the stream, the queues and its own promises', () => {
    const names = alarms(environment).map(({ Properties }) => textOf(Properties['AlarmName']));
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(
        [
          'api-server-errors',
          'functions-throttled',
          'aggregate-usage-behind',
          'stream-failures-not-empty',
          'schedule-failures-not-empty',
          'alert-failures-not-empty',
          'export-failures-not-empty',
          'exports-late',
          'alerts-late',
          'ledger-violation',
          'ledger-throttled',
          'sweeper-behind',
          'unknown-prices',
          'monitor-not-run',
        ].map((name) => prefix + name),
      ),
    );
  });

  test('alarms when the monitor is silent, and on a single violation of the ledger', () => {
    expect(alarm(environment, 'monitor-not-run')).toMatchObject({
      ComparisonOperator: 'LessThanThreshold',
      // Silence counts as 0 runs, but a new deployment that has not run yet is no silence.
      TreatMissingData: 'ignore',
      Metrics: [
        { Expression: 'FILL(reported, 0)' },
        { MetricStat: { Metric: { Namespace: 'Purser', MetricName: 'MonitorRuns' } } },
      ],
    });
    expect(alarm(environment, 'ledger-violation')).toMatchObject({
      Namespace: 'Purser',
      MetricName: 'LedgerViolations',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  test('alarms about metrics only that a function writes without further dimensions', () => {
    for (const { Properties } of alarms(environment)) {
      if (Properties['Namespace'] !== 'Purser') continue;
      expect(Object.keys(METRICS)).toContain(Properties['MetricName']);
      expect(Properties['Dimensions']).toEqual([
        { Name: 'service', Value: `purser-${environment}` },
      ]);
    }
  });
});

const scheduleTarget = z.object({
  Arn: z.unknown(),
  RoleArn: z.unknown(),
  DeadLetterConfig: z.object({ Arn: z.unknown() }),
  RetryPolicy: z.object({ MaximumRetryAttempts: z.number() }),
});
const destination = z.object({ OnFailure: z.object({ Destination: z.unknown() }) });
const dimensions = z.array(z.object({ Name: z.string(), Value: z.unknown() }));
const statements = z.object({
  PolicyDocument: z.object({
    Statement: z.array(z.object({ Action: z.unknown(), Resource: z.unknown().optional() })),
  }),
  Roles: z.array(z.unknown()),
});

const alarms = (environment: PurserEnvironment): Resource[] =>
  synthesized.resources(environment, 'AWS::CloudWatch::Alarm');

const alarm = (environment: PurserEnvironment, name: string): Resource['Properties'] | undefined =>
  alarms(environment).find(
    ({ Properties }) => Properties['AlarmName'] === configFor(environment).prefix + name,
  )?.Properties;

const aliasIds = (environment: PurserEnvironment): string[] =>
  synthesized
    .resources(environment, 'AWS::Lambda::Alias')
    .map(({ logicalId }) => `\${${logicalId}}`);

const isAbout = (properties: Resource['Properties'], name: string, value: string): boolean =>
  dimensions
    .parse(properties['Dimensions'] ?? [])
    .some((dimension) => dimension.Name === name && dimension.Value === value);

/** What a role may invoke. */
const invokedBy = (environment: PurserEnvironment, roleArn: string): string[] =>
  synthesized
    .resources(environment, 'AWS::IAM::Policy')
    .map(({ Properties }) => statements.parse(Properties))
    .filter(({ Roles }) => Roles.some((role) => textOf(role) === roleArn.replace('.Arn}', '}')))
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .filter(({ Action }) => Action === 'lambda:InvokeFunction')
    .map((statement) => textOf(statement.Resource));
