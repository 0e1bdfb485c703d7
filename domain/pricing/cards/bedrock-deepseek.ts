import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS, AWS_TIERS } from './sources.ts';
import { ALL_TIERS, inRegions, OPEN_WEIGHTS } from './terms.ts';

/** DeepSeek on Amazon Bedrock. */
export const bedrockDeepseek: readonly CardFacts[] = [
  {
    model: 'deepseek.v3-v1:0',
    also: ['deepseek.v3.1'],
    source: AWS_TIERS,
    input: '0.58',
    output: '1.68',
    ...OPEN_WEIGHTS,
  },
  { model: 'deepseek.r1-v1:0', source: AWS_LISTS, input: '1.35', output: '5.4' },
  {
    model: 'deepseek.v3.2',
    source: AWS_LISTS,
    input: '0.62',
    output: '1.85',
    ...ALL_TIERS,
    geographic: {
      ...inRegions('0.74', '2.22', 'eu', 'ap-northeast-1', 'ap-south-1', 'ap-southeast-3'),
      ...inRegions('0.74', '2.22', 'eu-north-1', 'sa-east-1'),
    },
  },
];
