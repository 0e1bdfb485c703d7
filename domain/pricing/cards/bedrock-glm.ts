import type { CardFacts } from '../card-facts.ts';
import { AWS_REGIONS } from './sources.ts';
import { ALL_TIERS, IN_PLACE, OPEN_WEIGHTS, openWeights } from './terms.ts';

/** GLM of Z.ai on Amazon Bedrock. */
export const bedrockGlm: readonly CardFacts[] = [
  {
    model: 'zai.glm-4.6',
    source: AWS_REGIONS,
    input: '0.6',
    output: '2.2',
    ...OPEN_WEIGHTS,
    doubt: 'priced as GLM 4.7, its successor; no list that we read names it',
  },
  {
    model: 'zai.glm-4.7',
    source: AWS_REGIONS,
    input: '0.6',
    output: '2.2',
    ...ALL_TIERS,
    until: '2027-03-30',
    endReason: 'AWS retires the model',
    geographic: openWeights(['0.72', '2.64'], ['0.93', '3.41'], ['0.62', '2.27']),
  },
  {
    model: 'zai.glm-4.7-flash',
    source: AWS_REGIONS,
    input: '0.07',
    output: '0.4',
    ...ALL_TIERS,
    until: '2027-03-30',
    endReason: 'AWS retires the model',
    geographic: openWeights(['0.08', '0.48'], ['0.11', '0.62'], ['0.07', '0.41']),
  },
  {
    model: 'zai.glm-5',
    source: AWS_REGIONS,
    input: '1',
    output: '3.2',
    ...ALL_TIERS,
    geographic: openWeights(['1.2', '3.84'], ['1.55', '4.96'], ['1.03', '3.3']),
  },
  {
    model: 'zai.glm-5.3',
    source: AWS_REGIONS,
    input: '1.68',
    output: '5.28',
    cacheRead: '0.312',
    cacheWrite: '2.1',
    geographic: IN_PLACE,
  },
];
