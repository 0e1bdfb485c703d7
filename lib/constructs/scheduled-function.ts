import { Role, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnEventInvokeConfig } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { PurserConfig } from '../config.ts';
import type { PurserFunction } from './purser-function.ts';

type Props = { target: PurserFunction; failures: IQueue; config: PurserConfig };

/**
 * Invokes a function on the EventBridge schedule in its definition. The library's own target would
 * grant access to every version of the function; this role may invoke only the alias `live`.
 */
export class ScheduledFunction extends Construct {
  constructor(scope: Construct, id: string, { target, failures, config }: Props) {
    super(scope, id);
    const { name, schedule } = target.definition;
    if (!schedule) throw new Error(`${name} has no schedule`);

    const role = new Role(this, 'Role', {
      description: `Starts ${config.prefix}${name}`,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [target.live.functionArn],
      }),
    );
    const sendFailures = { actions: ['sqs:SendMessage'], resources: [failures.queueArn] };
    role.addToPolicy(new PolicyStatement(sendFailures));
    target.role.addToPolicy(new PolicyStatement(sendFailures));

    const created = new CfnSchedule(this, 'Schedule', {
      name: config.prefix + name,
      description: schedule.description,
      scheduleExpression: schedule.expression,
      scheduleExpressionTimezone: 'UTC',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: target.live.functionArn,
        roleArn: role.roleArn,
        deadLetterConfig: { arn: failures.queueArn },
        retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 900 },
      },
    });
    created.node.addDependency(role);

    // The schedule invokes asynchronously, so Lambda handles failed runs.
    const kept = new CfnEventInvokeConfig(this, 'Failures', {
      functionName: target.live.lambda.functionName,
      qualifier: target.live.aliasName,
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 900,
      destinationConfig: { onFailure: { destination: failures.queueArn } },
    });
    kept.node.addDependency(target.live, target.role);
  }
}
