import type { Payload } from './payload.ts';

const GPT_IMAGE = {
  inputUsdPerMillion: '5',
  outputUsdPerMillion: '10',
  units: { imageInputTokens: '10', imageOutputTokens: '40' },
};
const REALTIME = {
  inputUsdPerMillion: '4',
  outputUsdPerMillion: '16',
  cacheReadUsdPerMillion: '0.4',
  units: { audioInputTokens: '32', audioOutputTokens: '64', cacheReadAudioTokens: '0.4' },
};
const REALTIME_MINI = {
  inputUsdPerMillion: '0.6',
  outputUsdPerMillion: '2.4',
  cacheReadUsdPerMillion: '0.06',
  units: { audioInputTokens: '10', audioOutputTokens: '20', cacheReadAudioTokens: '0.3' },
};

/** OpenAI's images, speech and transcription. */
export const openAiMedia: readonly Payload[] = [
  {
    name: 'an image whose usage does not say that its output is an image',
    source: 'https://github.com/BerriAI/litellm/pull/17906',
    model: 'gpt-image-1',
    card: GPT_IMAGE,
    report: {
      created: 1_713_833_628,
      usage: {
        total_tokens: 8150,
        input_tokens: 150,
        output_tokens: 8000,
        input_tokens_details: { text_tokens: 150, image_tokens: 0 },
      },
    },
    at: 'usage',
    terms: '150 × 5 + 8000 × 40',
    usd: '0.32075',
  },
  {
    name: 'an edit of an image',
    source: 'https://github.com/Helicone/helicone/pull/5003',
    model: 'gpt-image-1',
    card: GPT_IMAGE,
    report: {
      input_tokens: 150,
      output_tokens: 4200,
      total_tokens: 4350,
      input_tokens_details: { text_tokens: 50, image_tokens: 100 },
    },
    terms: '50 × 5 + 100 × 10 + 4200 × 40',
    usd: '0.16925',
  },
  {
    name: 'an image with text beside it',
    source: 'https://github.com/HeyPuter/puter/issues/2349',
    model: 'gpt-image-1.5',
    card: {
      ...GPT_IMAGE,
      outputUsdPerMillion: '10',
      units: { imageInputTokens: '8', imageOutputTokens: '32' },
    },
    report: {
      input_tokens: 40,
      output_tokens: 1300,
      total_tokens: 1340,
      input_tokens_details: { text_tokens: 40, image_tokens: 0 },
      output_tokens_details: { text_tokens: 244, image_tokens: 1056 },
    },
    terms: '40 × 5 + 244 × 10 + 1056 × 32',
    usd: '0.036432',
  },
  {
    name: 'a realtime response',
    source: 'https://github.com/m1guelpf/swift-realtime-openai/pull/35',
    model: 'gpt-realtime',
    card: REALTIME,
    report: {
      type: 'response.done',
      response: {
        usage: {
          total_tokens: 541,
          input_tokens: 521,
          output_tokens: 20,
          input_token_details: {
            text_tokens: 292,
            audio_tokens: 229,
            cached_tokens: 0,
            cached_tokens_details: { text_tokens: 0, audio_tokens: 0 },
          },
          output_token_details: { text_tokens: 20, audio_tokens: 0 },
        },
      },
    },
    at: 'response.usage',
    terms: '292 × 4 + 229 × 32 + 20 × 16',
    usd: '0.008816',
  },
  {
    name: 'a realtime response with text and audio from the cache',
    source: 'https://github.com/openai/openai-dotnet/issues/1045',
    model: 'gpt-realtime-mini',
    card: REALTIME_MINI,
    report: {
      total_tokens: 1855,
      input_tokens: 1459,
      output_tokens: 396,
      input_token_details: {
        text_tokens: 1349,
        audio_tokens: 110,
        cached_tokens: 1408,
        cached_tokens_details: { text_tokens: 1344, audio_tokens: 64 },
      },
      output_token_details: { text_tokens: 97, audio_tokens: 299 },
    },
    terms: '5 × 0.6 + 46 × 10 + 1344 × 0.06 + 64 × 0.3 + 97 × 2.4 + 299 × 20',
    usd: '0.00677564',
  },
  {
    name: 'a transcription by tokens',
    source: 'https://platform.openai.com/docs/api-reference/audio/json-object',
    model: 'gpt-4o-transcribe',
    card: {
      inputUsdPerMillion: '2.5',
      outputUsdPerMillion: '10',
      units: { audioInputTokens: '6' },
    },
    report: {
      text: 'Imagine the wildest idea that you have ever had.',
      usage: {
        type: 'tokens',
        input_tokens: 14,
        input_token_details: { text_tokens: 0, audio_tokens: 14 },
        output_tokens: 45,
        total_tokens: 59,
      },
    },
    at: 'usage',
    terms: '14 × 6 + 45 × 10',
    usd: '0.000534',
  },
  {
    name: 'a transcription by the second; a partial second counts as a whole one',
    source: 'https://platform.openai.com/docs/api-reference/audio/verbose-json-object',
    model: 'whisper-1',
    card: { units: { audioSeconds: '0.0001' } },
    report: { text: 'The beach was popular.', usage: { type: 'duration', seconds: 8.47 } },
    at: 'usage',
    terms: '9 × 100',
    usd: '0.0009',
  },
  {
    name: 'speech by characters, which the caller counts',
    source: 'https://platform.openai.com/docs/pricing',
    model: 'tts-1',
    card: { units: { characters: '15' } },
    usage: { inputTokens: 0, outputTokens: 0, characters: 1200 },
    terms: '1200 × 15',
    usd: '0.018',
  },
  {
    name: 'a video by the second, which the caller counts',
    source: 'https://platform.openai.com/docs/pricing',
    model: 'sora-2',
    card: { units: { videoSeconds: '0.1' } },
    usage: { inputTokens: 0, outputTokens: 0, videoSeconds: 8 },
    terms: '8 × 100000',
    usd: '0.8',
  },
];
