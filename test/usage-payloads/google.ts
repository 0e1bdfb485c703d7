import type { Payload } from './payload.ts';

const METADATA = 'https://ai.google.dev/api/generate-content#UsageMetadata';
const GROUNDING = 'https://github.com/BerriAI/litellm/issues/36377';

/** Gemini and Vertex AI. */
export const google: readonly Payload[] = [
  {
    name: 'a live session in the words of Python',
    source: 'https://github.com/googleapis/python-genai/issues/1342',
    model: 'gemini-2.0-flash-001',
    report: {
      usage_metadata: {
        prompt_token_count: 509,
        prompt_tokens_details: [{ modality: 'TEXT', token_count: 509 }],
        response_token_count: 11,
        response_tokens_details: [{ modality: 'TEXT', token_count: 11 }],
        total_token_count: 520,
      },
    },
    at: 'usage_metadata',
    terms: '509 × 0.1 + 11 × 0.4',
    usd: '0.0000553',
  },
  {
    name: 'thoughts, a cache and the prompt of a tool',
    source: METADATA,
    model: 'gemini-2.5-flash',
    report: {
      promptTokenCount: 50,
      candidatesTokenCount: 15,
      totalTokenCount: 77,
      cachedContentTokenCount: 10,
      toolUsePromptTokenCount: 5,
      thoughtsTokenCount: 7,
    },
    terms: '45 × 0.3 + 10 × 0.03 + 22 × 2.5',
    usd: '0.0000688',
  },
  {
    name: 'a prompt that holds what its tool read, as the total says',
    source: 'https://github.com/firebase/flutterfire (Vertex AI: parse usageMetadata)',
    model: 'gemini-2.5-flash',
    report: {
      usageMetadata: {
        promptTokenCount: 1837,
        candidatesTokenCount: 76,
        totalTokenCount: 1913,
        promptTokensDetails: [
          { modality: 'TEXT', tokenCount: 76 },
          { modality: 'IMAGE', tokenCount: 1806 },
        ],
        candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: 76 }],
        toolUsePromptTokenCount: 5,
      },
    },
    at: 'usageMetadata',
    terms: '1837 × 0.3 + 76 × 2.5',
    usd: '0.0007411',
  },
  {
    name: 'audio, half of it from the cache',
    source: 'https://ai.google.dev/gemini-api/docs/tokens',
    model: 'gemini-2.5-flash',
    report: {
      promptTokenCount: 1000,
      cachedContentTokenCount: 500,
      candidatesTokenCount: 100,
      totalTokenCount: 1100,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 50 },
        { modality: 'AUDIO', tokenCount: 950 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 500 }],
      candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: 100 }],
    },
    terms: '50 × 0.3 + 450 × 1 + 500 × 0.1 + 100 × 2.5',
    usd: '0.000765',
  },
  {
    name: 'spoken output beside thoughts',
    source: 'https://github.com/BerriAI/litellm/pull/38457',
    model: 'gemini-2.5-flash-native-audio-preview-12-2025',
    card: {
      inputUsdPerMillion: '0.5',
      outputUsdPerMillion: '2',
      units: { audioOutputTokens: '12' },
    },
    report: {
      promptTokenCount: 377,
      responseTokenCount: 47,
      thoughtsTokenCount: 38,
      totalTokenCount: 462,
      promptTokensDetails: [{ modality: 'TEXT', tokenCount: 377 }],
      responseTokensDetails: [{ modality: 'AUDIO', tokenCount: 47 }],
    },
    terms: '377 × 0.5 + 38 × 2 + 47 × 12',
    usd: '0.0008285',
  },
  {
    name: 'a created image',
    source: 'https://github.com/HeyPuter/puter/issues/2348',
    model: 'gemini-2.5-flash-image',
    card: {
      inputUsdPerMillion: '0.3',
      outputUsdPerMillion: '2.5',
      units: { imageOutputTokens: '30' },
    },
    report: {
      promptTokenCount: 258,
      candidatesTokenCount: 1315,
      totalTokenCount: 1573,
      promptTokensDetails: [{ modality: 'IMAGE', tokenCount: 258 }],
      candidatesTokensDetails: [
        { modality: 'TEXT', tokenCount: 25 },
        { modality: 'IMAGE', tokenCount: 1290 },
      ],
    },
    terms: '258 × 0.3 + 25 × 2.5 + 1290 × 30',
    usd: '0.0388399',
  },
  {
    name: 'traffic of Vertex AI that is paid on demand',
    source:
      'https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse',
    model: 'gemini-2.5-pro',
    report: {
      usageMetadata: {
        promptTokenCount: 1200,
        candidatesTokenCount: 400,
        thoughtsTokenCount: 600,
        totalTokenCount: 2200,
        trafficType: 'ON_DEMAND',
      },
      modelVersion: 'gemini-2.5-pro',
    },
    at: 'usageMetadata',
    terms: '1200 × 1.25 + 1000 × 10',
    usd: '0.0115',
  },
  {
    name: 'a long prompt; all of its tokens have the higher price',
    source: 'https://ai.google.dev/gemini-api/docs/pricing',
    model: 'gemini-2.5-pro',
    report: { promptTokenCount: 200_001, candidatesTokenCount: 100, totalTokenCount: 200_101 },
    terms: '200001 × 2.5 + 100 × 15',
    usd: '0.5015025',
  },
  {
    name: 'searches of Gemini 3, each query once',
    source: GROUNDING,
    model: 'gemini-3-flash-preview',
    report: {
      candidates: [
        {
          groundingMetadata: {
            webSearchQueries: ['bitcoin price USD', 'ethereum price USD', 'bitcoin price USD', ''],
          },
        },
      ],
      usageMetadata: { promptTokenCount: 40, candidatesTokenCount: 60, totalTokenCount: 100 },
    },
    at: 'usageMetadata',
    terms: '40 × 0.5 + 60 × 3 + 2 × 14000',
    usd: '0.0282',
  },
  {
    name: 'a grounded prompt of Gemini 2.5, once for all of its queries',
    source: 'https://github.com/langchain-ai/langsmith-sdk/issues/2296',
    model: 'gemini-2.5-flash',
    report: {
      candidates: [{ groundingMetadata: { webSearchQueries: ['query 1', 'query 2'] } }],
      usageMetadata: { promptTokenCount: 40, candidatesTokenCount: 60, totalTokenCount: 100 },
    },
    at: 'usageMetadata',
    terms: '40 × 0.3 + 60 × 2.5 + 1 × 35000',
    usd: '0.035162',
  },
];
