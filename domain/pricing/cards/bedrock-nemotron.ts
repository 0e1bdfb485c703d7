import type { CardFacts } from '../card-facts.ts';
import { AWS_REGIONS } from './sources.ts';
import { ALL_TIERS, inRegions, openWeights } from './terms.ts';

/** Nvidia Nemotron on Amazon Bedrock. */
export const bedrockNemotron: readonly CardFacts[] = [
  {
    model: 'nvidia.nemotron-nano-9b-v2:0',
    source: AWS_REGIONS,
    input: '0.06',
    output: '0.23',
    ...ALL_TIERS,
    until: '2027-03-30',
    endReason: 'AWS retires the model',
    geographic: {
      ...openWeights(['0.072', '0.276'], ['0.09', '0.36'], ['0.0618', '0.2369']),
      ...inRegions('0.07', '0.27', 'ap-south-1', 'eu-south-1', 'eu-west-1'),
      ...inRegions('0.07', '0.28', 'ap-northeast-1', 'sa-east-1'),
      'us-gov': { input: '0.072', output: '0.276' },
    },
  },
  {
    model: 'nvidia.nemotron-nano-12b-v2:0',
    source: AWS_REGIONS,
    input: '0.2',
    output: '0.6',
    ...ALL_TIERS,
    geographic: {
      ...openWeights(['0.24', '0.72'], ['0.31', '0.93'], ['0.206', '0.618']),
      ...inRegions('0.24', '0.73', 'ap-northeast-1', 'sa-east-1'),
      ...inRegions('0.24', '0.71', 'ap-south-1'),
      ...inRegions('0.23', '0.7', 'eu-west-1'),
      'us-gov': 120,
    },
  },
  {
    model: 'nvidia.nemotron-nano-3-30b:0',
    source: AWS_REGIONS,
    input: '0.06',
    output: '0.24',
    ...ALL_TIERS,
    geographic: {
      ...openWeights(['0.072', '0.288'], ['0.09', '0.37'], ['0.0618', '0.2472']),
      ...inRegions('0.07', '0.28', 'ap-south-1', 'eu-south-1', 'eu-west-1'),
      ...inRegions('0.07', '0.29', 'ap-northeast-1', 'sa-east-1'),
      'us-gov': 120,
    },
  },
  {
    model: 'nvidia.nemotron-super-3-120b:0',
    source: AWS_REGIONS,
    input: '0.15',
    output: '0.65',
    ...ALL_TIERS,
    geographic: {
      ...openWeights(['0.18', '0.78'], ['0.23', '1.01'], ['0.15', '0.67']),
      'us-gov': 120,
    },
  },
];
