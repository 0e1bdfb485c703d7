import type { CardFacts } from '../card-facts.ts';
import { AWS_REGIONS } from './sources.ts';
import { ALL_TIERS, FLEX_AND_PRIORITY, WITH_GOVCLOUD } from './terms.ts';

/** Grok of xAI on Amazon Bedrock. */
export const bedrockGrok: readonly CardFacts[] = [
  {
    model: 'xai.grok-4.3',
    source: AWS_REGIONS,
    input: '1.25',
    output: '2.5',
    cacheRead: '0.2',
    ...ALL_TIERS,
    geographic: { 'ap-south-1': 120, 'us-gov': 120 },
  },
  {
    model: 'xai.grok-4.6',
    source: AWS_REGIONS,
    input: '2',
    output: '6',
    cacheRead: '0.5',
    ...FLEX_AND_PRIORITY,
    geographic: WITH_GOVCLOUD,
  },
  {
    model: 'xai.grok-4.7',
    source: AWS_REGIONS,
    input: '2',
    output: '6',
    cacheRead: '0.5',
    ...ALL_TIERS,
    geographic: WITH_GOVCLOUD,
  },
];
