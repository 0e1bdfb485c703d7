import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS, AWS_REGIONS } from './sources.ts';
import { ALL_TIERS, openWeights } from './terms.ts';

/** Palmyra of Writer on Amazon Bedrock. */
export const bedrockPalmyra: readonly CardFacts[] = [
  { model: 'writer.palmyra-x4-v1:0', source: AWS_LISTS, input: '2.5', output: '10' },
  { model: 'writer.palmyra-x5-v1:0', source: AWS_LISTS, input: '0.6', output: '6' },
  {
    model: 'writer.palmyra-vision-7b',
    source: AWS_REGIONS,
    input: '0.15',
    output: '0.6',
    ...ALL_TIERS,
    geographic: openWeights(['0.18', '0.72'], ['0.23', '0.93'], ['0.15', '0.62']),
  },
];
