import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS } from './sources.ts';
import { inRegions } from './terms.ts';

/** Mistral AI on Amazon Bedrock. */
export const bedrockMistral: readonly CardFacts[] = [
  {
    model: 'mistral.mistral-7b-instruct-v0:2',
    source: AWS_LISTS,
    input: '0.15',
    output: '0.2',
    geographic: inRegions('0.2', '0.26', 'eu-west-3'),
  },
  {
    model: 'mistral.mixtral-8x7b-instruct-v0:1',
    source: AWS_LISTS,
    input: '0.45',
    output: '0.7',
    geographic: inRegions('0.59', '0.91', 'eu-west-3'),
  },
  { model: 'mistral.mistral-small-2402-v1:0', source: AWS_LISTS, input: '1', output: '3' },
  // 1.3 times the usual price in Paris, as for these makers' other models.
  {
    model: 'mistral.mistral-large-2402-v1:0',
    source: AWS_LISTS,
    input: '4',
    output: '12',
    geographic: { 'eu-west-3': 130 },
  },
  { model: 'mistral.mistral-large-2407-v1:0', source: AWS_LISTS, input: '3', output: '9' },
  {
    model: 'mistral.mistral-large-3-675b-instruct',
    source: AWS_LISTS,
    input: '0.5',
    output: '1.5',
  },
  { model: 'mistral.ministral-3-3b-instruct', source: AWS_LISTS, input: '0.1', output: '0.1' },
  { model: 'mistral.ministral-3-8b-instruct', source: AWS_LISTS, input: '0.15', output: '0.15' },
  { model: 'mistral.ministral-3-14b-instruct', source: AWS_LISTS, input: '0.2', output: '0.2' },
  { model: 'mistral.magistral-small-2509', source: AWS_LISTS, input: '0.5', output: '1.5' },
  { model: 'mistral.devstral-2-123b', source: AWS_LISTS, input: '0.4', output: '2' },
  { model: 'mistral.pixtral-large-2502-v1:0', source: AWS_LISTS, input: '2', output: '6' },
];
