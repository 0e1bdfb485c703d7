import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS } from './sources.ts';
import { BATCH, inRegions } from './terms.ts';

/** Meta Llama on Amazon Bedrock. */
export const bedrockLlama: readonly CardFacts[] = [
  { model: 'meta.llama2-13b-chat-v1', source: AWS_LISTS, input: '0.75', output: '1' },
  { model: 'meta.llama2-70b-chat-v1', source: AWS_LISTS, input: '1.95', output: '2.56' },
  {
    model: 'meta.llama3-8b-instruct-v1:0',
    source: AWS_LISTS,
    input: '0.3',
    output: '0.6',
    geographic: {
      ...inRegions('0.36', '0.72', 'ap-south-1'),
      ...inRegions('0.35', '0.69', 'ca-central-1'),
      ...inRegions('0.32', '0.65', 'eu-west-1'),
      ...inRegions('0.39', '0.78', 'eu-west-2'),
      ...inRegions('0.5', '1.01', 'sa-east-1'),
    },
  },
  {
    model: 'meta.llama3-70b-instruct-v1:0',
    source: AWS_LISTS,
    input: '2.65',
    output: '3.5',
    geographic: {
      ...inRegions('3.18', '4.2', 'ap-south-1'),
      ...inRegions('3.05', '4.03', 'ca-central-1'),
      ...inRegions('2.86', '3.78', 'eu-west-1'),
      ...inRegions('3.45', '4.55', 'eu-west-2'),
      ...inRegions('4.45', '5.88', 'sa-east-1'),
    },
  },
  {
    model: 'meta.llama3-1-8b-instruct-v1:0',
    source: AWS_LISTS,
    input: '0.22',
    output: '0.22',
    ...BATCH,
  },
  {
    model: 'meta.llama3-1-70b-instruct-v1:0',
    source: AWS_LISTS,
    input: '0.72',
    output: '0.72',
    ...BATCH,
  },
  {
    model: 'meta.llama3-1-405b-instruct-v1:0',
    source: AWS_LISTS,
    input: '5.32',
    output: '16',
    ...BATCH,
    doubt:
      'the price at the launch, which LiteLLM lists; others use 2.40/2.40, and the list of AWS has batch alone',
  },
  {
    model: 'meta.llama3-2-1b-instruct-v1:0',
    source: AWS_LISTS,
    input: '0.1',
    output: '0.1',
    geographic: { eu: { input: '0.13', output: '0.13' } },
  },
  {
    model: 'meta.llama3-2-3b-instruct-v1:0',
    source: AWS_LISTS,
    input: '0.15',
    output: '0.15',
    geographic: { eu: { input: '0.19', output: '0.19' } },
  },
  { model: 'meta.llama3-2-11b-instruct-v1:0', source: AWS_LISTS, input: '0.16', output: '0.16' },
  { model: 'meta.llama3-2-90b-instruct-v1:0', source: AWS_LISTS, input: '0.72', output: '0.72' },
  {
    model: 'meta.llama3-3-70b-instruct-v1:0',
    source: AWS_LISTS,
    input: '0.72',
    output: '0.72',
    ...BATCH,
  },
  {
    model: 'meta.llama4-scout-17b-instruct-v1:0',
    source: AWS_LISTS,
    input: '0.17',
    output: '0.66',
    ...BATCH,
  },
  {
    model: 'meta.llama4-maverick-17b-instruct-v1:0',
    source: AWS_LISTS,
    input: '0.24',
    output: '0.97',
    ...BATCH,
  },
];
