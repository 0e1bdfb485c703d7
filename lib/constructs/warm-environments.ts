import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** AWS adds warm environments when more than this share of them is in use. */
export const WARM_TARGET_PERCENT = 70;

/**
 * Keeps between `least` and `most` environments of an alias warm, by use.
 *
 * Only the scaling target states the minimum. A number on the alias would take warm environments
 * away with every deployment under load. Without traffic Lambda reports no utilization, so the
 * ready-made metric never scales in; this policy reads missing values as 0.
 */
export function keepWarm(
  scope: Construct,
  alias: Alias,
  { least, most }: { least: number; most: number },
): void {
  const target = new CfnScalableTarget(scope, 'WarmTarget', {
    serviceNamespace: 'lambda',
    scalableDimension: 'lambda:function:ProvisionedConcurrency',
    resourceId: `function:${alias.lambda.functionName}:${alias.aliasName}`,
    minCapacity: least,
    maxCapacity: most,
    roleArn: Stack.of(scope).formatArn({
      service: 'iam',
      region: '',
      resource: 'role/aws-service-role/lambda.application-autoscaling.amazonaws.com',
      resourceName: 'AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency',
    }),
  });
  target.node.addDependency(alias);
  const dimensions = [
    { name: 'FunctionName', value: alias.lambda.functionName },
    { name: 'Resource', value: `${alias.lambda.functionName}:${alias.aliasName}` },
  ];
  new CfnScalingPolicy(scope, 'WarmPolicy', {
    policyName: `${alias.aliasName}-utilization`,
    policyType: 'TargetTrackingScaling',
    scalingTargetId: target.ref,
    targetTrackingScalingPolicyConfiguration: {
      targetValue: WARM_TARGET_PERCENT / 100,
      customizedMetricSpecification: {
        metrics: [
          {
            id: 'reported',
            metricStat: {
              metric: {
                namespace: 'AWS/Lambda',
                metricName: 'ProvisionedConcurrencyUtilization',
                dimensions,
              },
              stat: 'Maximum',
            },
            returnData: false,
          },
          { id: 'utilization', expression: 'FILL(reported, 0)', returnData: true },
        ],
      },
    },
  });
}
