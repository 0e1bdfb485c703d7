import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS, AWS_REGIONS, MODELS_DEV, ONE_LIST } from './sources.ts';
import { ALL_TIERS, IN_PLACE, inRegions, WITH_GOVCLOUD } from './terms.ts';

/** Kimi of Moonshot AI on Amazon Bedrock. */
export const bedrockKimi: readonly CardFacts[] = [
  {
    model: 'moonshotai.kimi-k2-thinking',
    source: AWS_LISTS,
    also: ['moonshot.kimi-k2-thinking'],
    input: '0.6',
    output: '2.5',
    ...ALL_TIERS,
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
    ...ALL_TIERS,
    geographic: {
      ...inRegions('0.72', '3.6', 'ap-northeast-1', 'ap-south-1', 'ap-southeast-3'),
      ...inRegions('0.72', '3.6', 'eu-north-1', 'sa-east-1'),
    },
  },
  {
    model: 'moonshotai.kimi-k3',
    source: AWS_REGIONS,
    input: '3',
    output: '15',
    cacheRead: '0.3',
    cacheWrite: '3.75',
    ...ALL_TIERS,
    geographic: WITH_GOVCLOUD,
  },
  {
    model: 'moonshotai.kimi-k3.1',
    source: MODELS_DEV,
    input: '4',
    output: '20',
    cacheRead: '0.2',
    cacheWrite: '5',
    geographic: IN_PLACE,
    doubt: ONE_LIST,
  },
];
