import type { CardFacts } from '../card-facts.ts';
import {
  FABLE_5,
  FABLE_5_1,
  HAIKU_3_5,
  HAIKU_4_5,
  LONG_OPUS,
  LONG_SONNET,
  OPUS_4,
  OPUS_5,
  OPUS_5_5,
  SONNET,
  SONNET_5,
  claude,
} from './claude-prices.ts';
import { GENAI_ANTHROPIC } from './sources.ts';
import { BATCH } from './terms.ts';

/** Anthropic's own API. Opus and Sonnet 4.6 dropped the surcharge for long requests on 2026-03-13. */
export const anthropicClaude: readonly CardFacts[] = [
  { model: 'claude-fable-5-1', source: GENAI_ANTHROPIC, ...FABLE_5_1, ...BATCH },
  { model: 'claude-fable-5', source: GENAI_ANTHROPIC, ...FABLE_5, ...BATCH },
  { model: 'claude-opus-5-5', source: GENAI_ANTHROPIC, ...OPUS_5_5, ...BATCH },
  { model: 'claude-opus-5', source: GENAI_ANTHROPIC, ...OPUS_5, ...BATCH },
  { model: 'claude-opus-4-8', source: GENAI_ANTHROPIC, ...OPUS_5, ...BATCH },
  { model: 'claude-opus-4-7', source: GENAI_ANTHROPIC, ...OPUS_5, ...BATCH },
  { model: 'claude-opus-4-6', source: GENAI_ANTHROPIC, ...OPUS_5, ...BATCH, ...LONG_OPUS },
  { model: 'claude-opus-4-6', source: GENAI_ANTHROPIC, ...OPUS_5, ...BATCH, from: '2026-03-13' },
  { model: 'claude-opus-4-5', source: GENAI_ANTHROPIC, ...OPUS_5, ...BATCH },
  { model: 'claude-opus-4-1', source: GENAI_ANTHROPIC, ...OPUS_4, ...BATCH },
  {
    model: 'claude-opus-4',
    source: GENAI_ANTHROPIC,
    ...OPUS_4,
    ...BATCH,
    also: ['claude-opus-4-0'],
  },
  { model: 'claude-3-opus', source: GENAI_ANTHROPIC, ...OPUS_4, ...BATCH },
  { model: 'claude-sonnet-5', source: GENAI_ANTHROPIC, ...SONNET_5, ...BATCH },
  { model: 'claude-sonnet-4-6', source: GENAI_ANTHROPIC, ...SONNET, ...BATCH, ...LONG_SONNET },
  { model: 'claude-sonnet-4-6', source: GENAI_ANTHROPIC, ...SONNET, ...BATCH, from: '2026-03-13' },
  { model: 'claude-sonnet-4-5', source: GENAI_ANTHROPIC, ...SONNET, ...BATCH, ...LONG_SONNET },
  {
    model: 'claude-sonnet-4',
    source: GENAI_ANTHROPIC,
    ...SONNET,
    ...BATCH,
    ...LONG_SONNET,
    also: ['claude-sonnet-4-0'],
  },
  { model: 'claude-3-7-sonnet', source: GENAI_ANTHROPIC, ...SONNET, ...BATCH },
  { model: 'claude-3-5-sonnet', source: GENAI_ANTHROPIC, ...SONNET, ...BATCH },
  { model: 'claude-3-sonnet', source: GENAI_ANTHROPIC, ...SONNET, ...BATCH },
  { model: 'claude-haiku-4-5', source: GENAI_ANTHROPIC, ...HAIKU_4_5, ...BATCH },
  { model: 'claude-3-5-haiku', source: GENAI_ANTHROPIC, ...HAIKU_3_5, ...BATCH },
  {
    model: 'claude-3-haiku',
    source: GENAI_ANTHROPIC,
    ...claude('0.25', '1.25', '0.03', '0.3', '0.5'),
    ...BATCH,
  },
];
