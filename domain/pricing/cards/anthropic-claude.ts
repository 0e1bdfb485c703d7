import type { CardFacts } from '../card-facts.ts';
import {
  FABLE_5,
  FABLE_5_1,
  FABLE_5_2,
  HAIKU_3_5,
  HAIKU_4_5,
  HAIKU_5_5,
  LONG_OPUS,
  LONG_SONNET,
  OPUS_4,
  OPUS_5,
  OPUS_5_5,
  SONNET,
  SONNET_5,
  SONNET_5_5,
  SONNET_5_5_READS,
  claude,
} from './claude-prices.ts';
import { GENAI_ANTHROPIC, MODELS_DEV, ONE_LIST } from './sources.ts';
import { BATCH } from './terms.ts';

/** Web searches cost 10 USD per thousand, in addition to their tokens. */
const SEARCHING = { units: { webSearches: '0.01' } };
/** Since Opus 4.6, serving in the United States only (`inference_geo`) costs 1.1 times. */
const PLACED = { ...SEARCHING, geographic: { us: 110 } };

/**
 * Anthropic's own API (platform.claude.com/docs: pricing, fast mode; multipliers also in LiteLLM's
 * table). Fast mode of Opus 4.6 ended in the summer of 2026. Opus and Sonnet 4.6 dropped the
 * surcharge for long requests on 2026-03-13.
 */
export const anthropicClaude: readonly CardFacts[] = [
  { model: 'claude-fable-5-1', source: GENAI_ANTHROPIC, ...FABLE_5_1, ...BATCH, ...PLACED },
  { model: 'claude-fable-5', source: GENAI_ANTHROPIC, ...FABLE_5, ...BATCH, ...PLACED },
  {
    model: 'claude-opus-5-5',
    source: GENAI_ANTHROPIC,
    ...OPUS_5_5,
    ...BATCH,
    ...PLACED,
    fastPercent: 200,
  },
  { model: 'claude-opus-5', source: GENAI_ANTHROPIC, ...OPUS_5, ...BATCH, ...PLACED },
  {
    model: 'claude-opus-4-8',
    source: GENAI_ANTHROPIC,
    ...OPUS_5,
    ...BATCH,
    ...PLACED,
    fastPercent: 200,
  },
  {
    model: 'claude-opus-4-7',
    source: GENAI_ANTHROPIC,
    ...OPUS_5,
    ...BATCH,
    ...PLACED,
    fastPercent: 600,
  },
  {
    model: 'claude-opus-4-6',
    source: GENAI_ANTHROPIC,
    ...OPUS_5,
    ...BATCH,
    ...PLACED,
    ...LONG_OPUS,
  },
  {
    model: 'claude-opus-4-6',
    source: GENAI_ANTHROPIC,
    ...OPUS_5,
    ...BATCH,
    ...PLACED,
    from: '2026-03-13',
  },
  { model: 'claude-opus-4-5', source: GENAI_ANTHROPIC, ...OPUS_5, ...BATCH, ...SEARCHING },
  { model: 'claude-opus-4-1', source: GENAI_ANTHROPIC, ...OPUS_4, ...BATCH, ...SEARCHING },
  {
    model: 'claude-opus-4',
    source: GENAI_ANTHROPIC,
    ...OPUS_4,
    ...BATCH,
    ...SEARCHING,
    also: ['claude-opus-4-0'],
  },
  { model: 'claude-3-opus', source: GENAI_ANTHROPIC, ...OPUS_4, ...BATCH },
  {
    model: 'claude-fable-5-2',
    source: MODELS_DEV,
    ...FABLE_5_2,
    ...BATCH,
    ...PLACED,
    doubt: ONE_LIST,
  },
  {
    model: 'claude-sonnet-5-5',
    source: MODELS_DEV,
    ...SONNET_5,
    ...BATCH,
    ...PLACED,
    doubt: SONNET_5_5_READS,
  },
  {
    model: 'claude-sonnet-5-5',
    from: '2026-10-07',
    source: MODELS_DEV,
    ...SONNET_5_5,
    ...BATCH,
    ...PLACED,
    doubt: SONNET_5_5_READS,
  },
  { model: 'claude-sonnet-5', source: GENAI_ANTHROPIC, ...SONNET_5, ...BATCH, ...PLACED },
  {
    model: 'claude-sonnet-4-6',
    source: GENAI_ANTHROPIC,
    ...SONNET,
    ...BATCH,
    ...PLACED,
    ...LONG_SONNET,
  },
  {
    model: 'claude-sonnet-4-6',
    source: GENAI_ANTHROPIC,
    ...SONNET,
    ...BATCH,
    ...PLACED,
    from: '2026-03-13',
  },
  {
    model: 'claude-sonnet-4-5',
    source: GENAI_ANTHROPIC,
    ...SONNET,
    ...BATCH,
    ...SEARCHING,
    ...LONG_SONNET,
  },
  {
    model: 'claude-sonnet-4',
    source: GENAI_ANTHROPIC,
    ...SONNET,
    ...BATCH,
    ...SEARCHING,
    ...LONG_SONNET,
    also: ['claude-sonnet-4-0'],
  },
  { model: 'claude-3-7-sonnet', source: GENAI_ANTHROPIC, ...SONNET, ...BATCH, ...SEARCHING },
  { model: 'claude-3-5-sonnet', source: GENAI_ANTHROPIC, ...SONNET, ...BATCH, ...SEARCHING },
  { model: 'claude-3-sonnet', source: GENAI_ANTHROPIC, ...SONNET, ...BATCH },
  {
    model: 'claude-haiku-5-5',
    source: MODELS_DEV,
    doubt: ONE_LIST,
    ...HAIKU_5_5,
    ...BATCH,
    ...PLACED,
  },
  { model: 'claude-haiku-4-5', source: GENAI_ANTHROPIC, ...HAIKU_4_5, ...BATCH, ...SEARCHING },
  { model: 'claude-3-5-haiku', source: GENAI_ANTHROPIC, ...HAIKU_3_5, ...BATCH, ...SEARCHING },
  {
    model: 'claude-3-haiku',
    source: GENAI_ANTHROPIC,
    ...claude('0.25', '1.25', '0.03', '0.3', '0.5'),
    ...BATCH,
  },
];
