import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  callableProfiles,
  mayCall,
  reachedProfile,
} from '../../domain/routing/bedrock-profiles.ts';
import type { PurserConfig } from '../config.ts';

/** The ARNs of models, and of their inference profiles, that a batch in the deployment's region may name. */
export function batchModelArns(scope: Construct, { gateway, region }: PurserConfig): string[][] {
  const stack = Stack.of(scope);
  const profiles = callableProfiles([region]);
  return gateway.models.map((model) => [
    stack.formatArn({
      service: 'bedrock',
      account: '',
      resource: 'foundation-model',
      resourceName: model,
    }),
    ...profiles.map((prefix) =>
      stack.formatArn({
        service: 'bedrock',
        resource: 'inference-profile',
        resourceName: `${prefix}.${model}`,
      }),
    ),
  ]);
}

/**
 * The ARNs that a call of the gateway's models may name, without a wildcard: one list for each
 * model, and one for the project under which Bedrock's OpenAI APIs run. Bedrock asks for the permission
 * on a model in each region to which its profile may send the request.
 */
export function modelArns(scope: Construct, { regions, models }: PurserConfig['gateway']) {
  const stack = Stack.of(scope);
  const profiles = callableProfiles(regions);
  const destinations = profiles.map((prefix) => reachedProfile(prefix)?.destinations);
  const reached = new Set([
    ...regions,
    // Global profiles name a model without a region.
    ...destinations.flatMap((each) => (each === 'any' ? [''] : (each ?? []))),
  ]);
  const inRegion = (region: string, resource: string, resourceName: string, account?: string) =>
    stack.formatArn({
      service: 'bedrock',
      region,
      resource,
      resourceName,
      ...(account === undefined ? {} : { account }),
    });
  return [
    regions.map((region) => inRegion(region, 'project', 'default')),
    ...models.map((model) => [
      ...[...reached].map((region) => inRegion(region, 'foundation-model', model, '')),
      ...regions.flatMap((region) =>
        profiles
          .filter((prefix) => mayCall(prefix, region))
          .map((prefix) => inRegion(region, 'inference-profile', `${prefix}.${model}`)),
      ),
    ]),
  ];
}
