import { example } from './example.ts';

/** Valid bodies of providers and routing. */
export const routingBodies = {
  putProvider: [
    example(
      {
        baseUrl: 'https://inference.example.com/v1',
        secretArn:
          'arn:aws:secretsmanager:us-east-1:123456789012:secret:purser-dev-providers/acme/neuro-a1b2c3',
        regions: ['eu-central-1'],
        models: [{ model: 'neuro-coder', upstreamModel: 'coder-7b', apis: ['chat'] }],
        strategy: 'least-connections',
      },
      ['baseUrl', 'models', 'models[].model', 'models[].apis'],
    ),
  ],
  putRoutingSettings: [
    example(
      {
        strategy: 'performance',
        pools: [{ model: 'amazon.nova-pro-v1:0', strategy: 'severity' }],
        regions: ['eu-central-1', 'eu-west-1'],
        profiles: 'global',
      },
      ['pools[].model', 'pools[].strategy'],
    ),
  ],
};
