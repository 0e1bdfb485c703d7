import type { Payload } from './payload.ts';

const DOCS = 'https://platform.claude.com/docs/en';
const SONNET = 'claude-sonnet-4-5-20250929';

/** Anthropic's Messages and Claude Code. */
export const anthropic: readonly Payload[] = [
  {
    name: 'a cache write of five minutes, in total and by its life',
    source: 'https://github.com/get-convex/agent/issues/191',
    model: SONNET,
    report: {
      cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 46_209 },
      cache_creation_input_tokens: 46_209,
      cache_read_input_tokens: 0,
      input_tokens: 337,
      output_tokens: 342,
      service_tier: 'standard',
    },
    terms: '337 × 3 + 46209 × 3.75 + 342 × 15',
    usd: '0.17942475',
  },
  {
    name: 'a cache write whose lives say 0, beside web searches',
    source: 'https://github.com/anthropics/anthropic-sdk-java/issues/353',
    model: SONNET,
    report: {
      input_tokens: 12,
      output_tokens: 800,
      cache_creation_input_tokens: 9500,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_1h_input_tokens: 0, ephemeral_5m_input_tokens: 0 },
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
    },
    terms: '12 × 3 + 9500 × 3.75 + 800 × 15 + 2 × 10000',
    usd: '0.067661',
  },
  {
    name: 'lives that explain only a part of the cache write',
    source: 'https://github.com/Wei-Shaw/claude-relay-service/pull/1081',
    model: 'claude-opus-4-8',
    report: {
      input_tokens: 10,
      output_tokens: 20,
      cache_creation_input_tokens: 10_000,
      cache_creation: { ephemeral_1h_input_tokens: 4800, ephemeral_5m_input_tokens: 2000 },
    },
    terms: '10 × 5 + 5200 × 6.25 + 4800 × 10 + 20 × 25',
    usd: '0.08105',
  },
  {
    name: 'a compaction that reads a cache which the whole does not count',
    source: 'https://github.com/BerriAI/litellm/pull/27065',
    model: 'claude-opus-4-8',
    report: {
      input_tokens: 100,
      output_tokens: 50,
      cache_read_input_tokens: 2000,
      cache_creation_input_tokens: 0,
      iterations: [
        {
          type: 'compaction',
          input_tokens: 500,
          output_tokens: 300,
          cache_read_input_tokens: 150_000,
          cache_creation_input_tokens: 0,
        },
        {
          type: 'message',
          input_tokens: 100,
          output_tokens: 50,
          cache_read_input_tokens: 2000,
          cache_creation_input_tokens: 0,
        },
      ],
    },
    terms: '600 × 5 + 152000 × 0.5 + 350 × 25',
    usd: '0.08775',
  },
  {
    name: 'advice of another model, at that model’s price',
    source: 'https://github.com/ccusage/ccusage/issues/1115',
    model: 'claude-sonnet-4-6',
    report: {
      input_tokens: 4,
      output_tokens: 500,
      cache_read_input_tokens: 543_544,
      cache_creation_input_tokens: 8131,
      iterations: [
        {
          type: 'message',
          input_tokens: 2,
          output_tokens: 45,
          cache_read_input_tokens: 270_024,
          cache_creation_input_tokens: 3496,
        },
        {
          type: 'advisor_message',
          model: 'claude-opus-4-7',
          input_tokens: 159_419,
          output_tokens: 7805,
          cache_read_input_tokens: 0,
          cache_creation_input_tokens: 0,
        },
        {
          type: 'message',
          input_tokens: 2,
          output_tokens: 455,
          cache_read_input_tokens: 273_520,
          cache_creation_input_tokens: 4635,
        },
      ],
    },
    terms: '4 × 3 + 543544 × 0.3 + 8131 × 3.75 + 500 × 15 + 159419 × 5 + 7805 × 25',
    usd: '1.19328645',
  },
  {
    name: 'a whole that counts the input of the first iteration only',
    source: `${DOCS}/agents-and-tools/tool-use/advisor-tool`,
    model: 'claude-sonnet-4-6',
    report: {
      input_tokens: 412,
      output_tokens: 531,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
      iterations: [
        { type: 'message', input_tokens: 412, output_tokens: 89 },
        {
          type: 'advisor_message',
          model: 'claude-opus-4-6',
          input_tokens: 823,
          output_tokens: 1612,
        },
        {
          type: 'message',
          input_tokens: 1348,
          output_tokens: 442,
          cache_read_input_tokens: 412,
        },
      ],
    },
    terms: '1760 × 3 + 412 × 0.3 + 531 × 15 + 823 × 5 + 1612 × 25',
    usd: '0.0577836',
  },
  {
    name: 'a fallback, whose declined attempt is free',
    source: 'https://github.com/ccusage/ccusage/issues/1552',
    model: 'claude-fable-5',
    report: {
      input_tokens: 2,
      output_tokens: 13_658,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 79_214,
      iterations: [
        {
          type: 'message',
          model: 'claude-fable-5',
          input_tokens: 2,
          output_tokens: 578,
          cache_creation_input_tokens: 10_421,
          cache_read_input_tokens: 72_769,
        },
        {
          type: 'fallback_message',
          model: 'claude-opus-4-8',
          input_tokens: 2,
          output_tokens: 13_658,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 79_214,
        },
      ],
    },
    terms: '2 × 5 + 79214 × 0.5 + 13658 × 25',
    usd: '0.381067',
  },
];
