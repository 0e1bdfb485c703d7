import { example } from './example.ts';

const provider = {
  baseUrl: 'https://inference.example.com/v1',
  regions: ['eu-central-1'],
  models: [{ model: 'neuro-coder', upstreamModel: 'coder-7b', apis: ['chat'] }],
  toolTypes: ['custom', 'namespace'],
  strategy: 'least-connections',
};
const needs = ['baseUrl', 'models', 'models[0].model', 'models[0].apis'];
const SECRETS = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:purser-dev-providers';

/** Valid bodies of providers and routing. */
export const routingBodies = {
  putProvider: [
    example(provider, needs),
    // Only the organization `acme` of the dev environment may use this secret.
    example({ ...provider, secretArn: `${SECRETS}/acme/neuro-a1b2c3` }, needs),
  ],
  putRoutingSettings: [
    example(
      {
        strategy: 'performance',
        pools: [{ model: 'amazon.nova-pro-v1:0', strategy: 'severity' }],
        regions: ['eu-central-1', 'eu-west-1'],
        profiles: 'global',
      },
      ['pools[0].model', 'pools[0].strategy'],
    ),
  ],
};
