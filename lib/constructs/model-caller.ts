import { ArnFormat, Stack } from 'aws-cdk-lib';
import {
  type IRole,
  PolicyStatement,
  Role,
  SessionTagsPrincipal,
  ArnPrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { CAPABILITIES } from '../../lambdas/capabilities.ts';
import type { PurserConfig } from '../config.ts';
import { modelArns } from './model-arns.ts';

/** Roles belong to the account, so the region is in the name. */
const nameOf = ({ prefix, region }: PurserConfig): string => `${prefix}model-caller-${region}`;

/** The ARN of the role that calls models for a department. */
export const modelCallerArn = (scope: Construct, config: PurserConfig): string =>
  Stack.of(scope).formatArn({
    service: 'iam',
    region: '',
    resource: 'role',
    resourceName: nameOf(config),
    arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
  });

/**
 * The role that functions which call models assume for each department, so that AWS's bill names who pays. It may
 * call the gateway's models, and nothing else.
 */
export function addModelCaller(
  scope: Construct,
  config: PurserConfig,
  [caller, ...others]: readonly [IRole, ...IRole[]],
): Role {
  const role = new Role(scope, 'ModelCaller', {
    roleName: nameOf(config),
    description: 'Calls models for one department, whose name is a tag of the session',
    assumedBy: new SessionTagsPrincipal(new ArnPrincipal(caller.roleArn)),
  });
  for (const { roleArn } of others) {
    const principals = [new ArnPrincipal(roleArn)];
    const actions = ['sts:AssumeRole', 'sts:TagSession'];
    role.assumeRolePolicy?.addStatements(new PolicyStatement({ principals, actions }));
  }
  for (const { actions } of CAPABILITIES['models:invoke'].grants) {
    for (const resources of modelArns(scope, config.gateway)) {
      role.addToPolicy(new PolicyStatement({ actions: [...actions], resources }));
    }
  }
  return role;
}
