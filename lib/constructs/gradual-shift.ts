import { Duration, Validations } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { GuardedAlarm } from './guarded-alarm.ts';

/** An alarm on failed calls of an alias. */
export const shiftFailures = (
  scope: Construct,
  alias: Alias,
  functionName: string,
  topic: ITopic,
): IAlarm =>
  new GuardedAlarm(scope, 'ShiftFailures', {
    alarmName: `${functionName}-shift-failures`,
    topic,
    metric: alias.metricErrors({ period: Duration.minutes(1), statistic: 'Sum' }),
    threshold: 3,
    evaluationPeriods: 1,
    impact: 'Calls fail. While a new version takes over, CodeDeploy restores the former one.',
    runbook: `Read the errors in the log group of ${functionName}, then deploy a corrected version.`,
  });

/**
 * Lets CodeDeploy move an alias to a new version: a tenth of the calls for five minutes, then all.
 * It moves the alias back while the alarm is on, and the deployment fails with it.
 */
export function shiftGradually(
  scope: Construct,
  alias: Alias,
  { functionName, failures }: { functionName: string; failures: IAlarm },
): void {
  const group = new LambdaDeploymentGroup(scope, 'Shift', {
    alias,
    deploymentConfig: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
    alarms: [failures],
    deploymentGroupName: functionName,
  });
  Validations.of(group).acknowledge({
    id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
    reason: 'AWS maintains this policy for exactly this purpose; it names no data of ours.',
  });
}
