import { expect, test } from 'vitest';
import { configFor, ENVIRONMENTS } from '../../lib/config.ts';
import { synthesizeOnce, textOf } from './synthesized.ts';

const synthesized = await synthesizeOnce();

test.each(ENVIRONMENTS)('only batches of this account may take their role: %s', (environment) => {
  const { prefix, region } = configFor(environment);
  const roles = synthesized.resources(environment, 'AWS::IAM::Role');
  const role = roles.find(
    ({ Properties }) => Properties['RoleName'] === `${prefix}batches-${region}`,
  );
  const trust = textOf(JSON.stringify(role?.Properties['AssumeRolePolicyDocument']));
  expect(trust).toContain('bedrock.amazonaws.com');
  expect(trust).toContain('aws:SourceAccount');
  expect(trust).toContain(':model-invocation-job/*');
});
