import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS } from './sources.ts';
import { ALL_TIERS, inRegions, OPEN_WEIGHTS } from './terms.ts';

const REGIONS = {
  ...inRegions('0.36', '1.44', 'ap-northeast-1', 'ap-south-1', 'ap-southeast-3', 'sa-east-1'),
  ...inRegions('0.36', '1.44', 'eu-central-1', 'eu-north-1', 'eu-south-1', 'eu-west-1'),
  ...inRegions('0.47', '1.86', 'eu-west-2'),
};

/** MiniMax on Amazon Bedrock. */
export const bedrockMinimax: readonly CardFacts[] = [
  { model: 'minimax.minimax-m2', source: AWS_LISTS, input: '0.3', output: '1.2', ...OPEN_WEIGHTS },
  {
    model: 'minimax.minimax-m2.1',
    source: AWS_LISTS,
    input: '0.3',
    output: '1.2',
    ...ALL_TIERS,
    geographic: REGIONS,
  },
  {
    model: 'minimax.minimax-m2.5',
    source: AWS_LISTS,
    input: '0.3',
    output: '1.2',
    ...ALL_TIERS,
    geographic: { ...REGIONS, ...inRegions('0.309', '1.236', 'ap-southeast-2') },
  },
];
