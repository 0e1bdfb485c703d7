import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS, AWS_TIERS } from './sources.ts';
import { ALL_TIERS, OPEN_WEIGHTS } from './terms.ts';

/** OpenAI's open models on Amazon Bedrock. */
export const bedrockGptOss: readonly CardFacts[] = [
  {
    model: 'openai.gpt-oss-20b-1:0',
    source: AWS_TIERS,
    also: ['openai.gpt-oss-20b'],
    input: '0.07',
    output: '0.3',
    ...OPEN_WEIGHTS,
    doubt: `LiteLLM lists 0.075 for the name without a version; ${OPEN_WEIGHTS.doubt}`,
  },
  {
    model: 'openai.gpt-oss-120b-1:0',
    source: AWS_TIERS,
    also: ['openai.gpt-oss-120b'],
    input: '0.15',
    output: '0.6',
    ...ALL_TIERS,
    geographic: {
      'ap-northeast-1': { input: '0.18', output: '0.73' },
      'ap-south-1': { input: '0.18', output: '0.71' },
      'ap-southeast-3': { input: '0.16', output: '0.62' },
      'eu-central-1': { input: '0.2', output: '0.79' },
      'eu-south-1': { input: '0.2', output: '0.79' },
      'eu-west-1': { input: '0.18', output: '0.7' },
      'eu-west-2': { input: '0.23', output: '0.93' },
      'sa-east-1': { input: '0.18', output: '0.73' },
      'us-gov': 120,
    },
  },
  {
    model: 'openai.gpt-oss-safeguard-20b',
    source: AWS_LISTS,
    input: '0.07',
    output: '0.2',
    ...OPEN_WEIGHTS,
  },
  {
    model: 'openai.gpt-oss-safeguard-120b',
    source: AWS_LISTS,
    input: '0.15',
    output: '0.6',
    ...OPEN_WEIGHTS,
  },
];
