import type { CardFacts } from '../card-facts.ts';
import { AWS_LISTS } from './sources.ts';

/** Nvidia Nemotron on Amazon Bedrock. */
export const bedrockNemotron: readonly CardFacts[] = [
  { model: 'nvidia.nemotron-nano-9b-v2:0', source: AWS_LISTS, input: '0.06', output: '0.23' },
  { model: 'nvidia.nemotron-nano-12b-v2:0', source: AWS_LISTS, input: '0.2', output: '0.6' },
  { model: 'nvidia.nemotron-nano-3-30b:0', source: AWS_LISTS, input: '0.06', output: '0.24' },
  { model: 'nvidia.nemotron-super-3-120b:0', source: AWS_LISTS, input: '0.15', output: '0.65' },
];
