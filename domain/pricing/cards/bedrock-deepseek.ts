import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS, AWS_TIERS } from './sources.ts';
import { FLEX_AND_PRIORITY, inRegions } from './terms.ts';

/** DeepSeek on Amazon Bedrock. */
export const bedrockDeepseek: readonly CardFacts[] = [
  {
    model: 'deepseek.v3-v1:0',
    source: AWS_TIERS,
    input: '0.58',
    output: '1.68',
    ...FLEX_AND_PRIORITY,
  },
  { model: 'deepseek.r1-v1:0', source: AWS_LISTS, input: '1.35', output: '5.4' },
  {
    model: 'deepseek.v3.2',
    source: AWS_LISTS,
    input: '0.62',
    output: '1.85',
    geographic: {
      ...inRegions('0.74', '2.22', 'eu', 'ap-northeast-1', 'ap-south-1', 'ap-southeast-3'),
      ...inRegions('0.74', '2.22', 'eu-north-1', 'sa-east-1'),
    },
  },
];
