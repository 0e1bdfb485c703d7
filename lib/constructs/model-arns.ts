import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { PurserConfig } from '../config.ts';

/**
 * The regions to which the inference profiles of a geography send requests. Bedrock asks for the
 * permission on the model in each of them. Some models use fewer. Gathered from public policies of
 * 2026. AWS lists them by model ("Supported inference profiles" in Bedrock's user guide): compare them
 * before you rely on one. A missing region shows as AccessDenied.
 */
const DESTINATIONS = {
  us: ['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2'],
  eu: ['eu-central-1', 'eu-north-1', 'eu-south-1', 'eu-south-2', 'eu-west-1', 'eu-west-3'],
  apac: [
    'ap-northeast-1',
    'ap-northeast-2',
    'ap-northeast-3',
    'ap-south-1',
    'ap-south-2',
    'ap-southeast-1',
    'ap-southeast-2',
    'ap-southeast-4',
  ],
  jp: ['ap-northeast-1', 'ap-northeast-3'],
  au: ['ap-southeast-2', 'ap-southeast-4'],
  in: ['ap-south-1', 'ap-south-2'],
} as const satisfies Record<string, readonly string[]>;
type Geography = keyof typeof DESTINATIONS;
const GEOGRAPHIES = Object.keys(DESTINATIONS) as Geography[];

/**
 * The ARNs that a call of the gateway's models may name, without a wildcard: one list for each
 * model, and one for the project under which Bedrock's OpenAI APIs run.
 */
export function modelArns(scope: Construct, { regions, models }: PurserConfig['gateway']) {
  const stack = Stack.of(scope);
  const geographies = GEOGRAPHIES.filter((name) =>
    DESTINATIONS[name].some((region) => regions.includes(region)),
  );
  const reached = new Set([...regions, ...geographies.flatMap((name) => DESTINATIONS[name])]);
  const inRegion = (region: string, resource: string, resourceName: string, account?: string) =>
    stack.formatArn({
      service: 'bedrock',
      region,
      resource,
      resourceName,
      ...(account === undefined ? {} : { account }),
    });
  const profilesOf = (region: string): string[] => [
    ...geographies.filter((name) => DESTINATIONS[name].some((own) => own === region)),
    'global',
  ];
  return [
    regions.map((region) => inRegion(region, 'project', 'default')),
    ...models.map((model) => [
      // Global profiles name a model without a region.
      ...[...reached, ''].map((region) => inRegion(region, 'foundation-model', model, '')),
      ...regions.flatMap((region) =>
        profilesOf(region).map((profile) =>
          inRegion(region, 'inference-profile', `${profile}.${model}`),
        ),
      ),
    ]),
  ];
}
