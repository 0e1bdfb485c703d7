import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS, AWS_TIERS } from './sources.ts';
import { ALL_TIERS, inRegions, OPEN_WEIGHTS } from './terms.ts';

/** Qwen on Amazon Bedrock. */
export const bedrockQwen: readonly CardFacts[] = [
  {
    model: 'qwen.qwen3-32b-v1:0',
    source: AWS_TIERS,
    input: '0.15',
    output: '0.6',
    ...OPEN_WEIGHTS,
  },
  {
    model: 'qwen.qwen3-235b-a22b-2507-v1:0',
    source: AWS_TIERS,
    input: '0.22',
    output: '0.88',
    ...OPEN_WEIGHTS,
  },
  {
    model: 'qwen.qwen3-coder-30b-a3b-v1:0',
    source: AWS_TIERS,
    input: '0.15',
    output: '0.6',
    ...OPEN_WEIGHTS,
  },
  {
    model: 'qwen.qwen3-coder-480b-a35b-v1:0',
    source: AWS_TIERS,
    input: '0.45',
    output: '1.8',
    ...OPEN_WEIGHTS,
  },
  {
    model: 'qwen.qwen3-next-80b-a3b',
    source: AWS_LISTS,
    input: '0.15',
    output: '1.2',
    ...OPEN_WEIGHTS,
  },
  {
    model: 'qwen.qwen3-vl-235b-a22b',
    source: AWS_LISTS,
    input: '0.53',
    output: '2.66',
    ...OPEN_WEIGHTS,
  },
  {
    model: 'qwen.qwen3-coder-next',
    source: AWS_LISTS,
    input: '0.5',
    output: '1.2',
    ...ALL_TIERS,
    geographic: {
      ...inRegions('0.6', '1.44', 'ap-northeast-1', 'ap-south-1', 'ap-southeast-3', 'sa-east-1'),
      ...inRegions('0.6', '1.44', 'eu-central-1', 'eu-south-1', 'eu-west-1'),
      ...inRegions('0.78', '1.86', 'eu-west-2'),
    },
  },
];
