import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS } from './sources.ts';
import { inRegions } from './terms.ts';

/** Kimi of Moonshot AI on Amazon Bedrock. */
export const bedrockKimi: readonly CardFacts[] = [
  {
    model: 'moonshotai.kimi-k2-thinking',
    source: AWS_LISTS,
    also: ['moonshot.kimi-k2-thinking'],
    input: '0.6',
    output: '2.5',
    geographic: {
      ...inRegions('0.73', '3.03', 'ap-northeast-1', 'sa-east-1'),
      ...inRegions('0.71', '2.94', 'ap-south-1'),
    },
  },
  {
    model: 'moonshotai.kimi-k2.5',
    source: AWS_LISTS,
    input: '0.6',
    output: '3',
    geographic: {
      ...inRegions('0.72', '3.6', 'ap-northeast-1', 'ap-south-1', 'ap-southeast-3'),
      ...inRegions('0.72', '3.6', 'eu-north-1', 'sa-east-1'),
    },
  },
];
