import type { CardFacts } from '../card-facts.ts';
import { AIDER } from './sources.ts';

const MODELS = 'fireworks_ai/accounts/fireworks/models';

/** Open models on Fireworks AI. */
export const fireworks: readonly CardFacts[] = [
  { model: `${MODELS}/deepseek-v3`, source: AIDER, input: '0.9', output: '0.9' },
  { model: `${MODELS}/deepseek-r1`, source: AIDER, input: '8', output: '8' },
  { model: `${MODELS}/qwen2p5-coder-32b-instruct`, source: AIDER, input: '0.9', output: '0.9' },
];
