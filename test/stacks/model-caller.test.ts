import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { expect, test } from 'vitest';
import { configFor } from '../../lib/config.ts';
import { addModelCaller, modelCallerArn } from '../../lib/constructs/model-caller.ts';

const NAME = 'purser-prod-model-caller-us-east-1';

test('models are called for departments by a role that does nothing else', () => {
  const config = configFor('prod');
  const stack = new Stack(new App({ analyticsReporting: false }), 'Gateway', {
    env: { region: config.region },
  });
  const gateway = new Role(stack, 'Role', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  const jobs = new Role(stack, 'Jobs', {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
  });
  addModelCaller(stack, config, [gateway, jobs]);
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::IAM::Role', {
    RoleName: NAME,
    AssumeRolePolicyDocument: {
      Statement: ['Role', 'Jobs'].map((name) => ({
        Action: ['sts:AssumeRole', 'sts:TagSession'],
        Effect: 'Allow',
        Principal: { AWS: { 'Fn::GetAtt': [Match.stringLikeRegexp(`^${name}`), 'Arn'] } },
      })),
    },
  });
  const policies = [
    ...Object.values(template.findResources('AWS::IAM::Policy')),
    ...Object.values(template.findResources('AWS::IAM::ManagedPolicy')),
  ];
  const text = JSON.stringify(policies);
  expect(new Set(text.match(/"[a-z]+:[A-Z]\w+"/g))).toEqual(
    new Set([
      '"bedrock:InvokeModel"',
      '"bedrock:InvokeModelWithResponseStream"',
      '"bedrock:CountTokens"',
    ]),
  );
  expect(text).not.toContain('*');
  expect(JSON.stringify(stack.resolve(modelCallerArn(stack, config)))).toContain(`:role/${NAME}`);
});

test('no role is there unless the bill is split', () => {
  expect(configFor('prod').gateway.splitsBill).toBe(false);
});
