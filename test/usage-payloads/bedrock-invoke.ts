import type { Payload } from './payload.ts';

const HEADERS =
  'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html';
const PARAMETERS = 'https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters';

/** The counts in the headers of an answer, which are texts. */
const headers = (input: number, output?: number): Record<string, unknown> => ({
  'x-amzn-bedrock-invocation-latency': '812',
  'x-amzn-bedrock-input-token-count': String(input),
  ...(output === undefined ? {} : { 'x-amzn-bedrock-output-token-count': String(output) }),
});

/** Amazon Bedrock's InvokeModel: bodies, headers and streams by family of models. */
export const bedrockInvoke: readonly Payload[] = [
  {
    name: 'headers of Claude with a cache',
    source: 'https://github.com/DataDog/dd-trace-js (bedrockruntime: token headers)',
    model: 'anthropic.claude-haiku-4-5-20251001-v1:0',
    report: {
      ...headers(12, 34),
      'x-amzn-bedrock-cache-read-input-token-count': '1000',
      'x-amzn-bedrock-cache-write-input-token-count': '200',
    },
    terms: '12 × 1 + 1000 × 0.1 + 200 × 1.25 + 34 × 5',
    usd: '0.000532',
  },
  {
    name: 'the metadata of the AWS SDK for Python, whose headers hold the counts',
    source: HEADERS,
    model: 'mistral.mistral-large-2402-v1:0',
    report: {
      ResponseMetadata: {
        HTTPStatusCode: 200,
        HTTPHeaders: {
          'content-type': 'application/json',
          'content-length': '214',
          'x-amzn-requestid': 'b1a4d1a0-7bb0-4a1b-9d0c-3a86f0a9a1c2',
          ...headers(20, 60),
        },
      },
    },
    at: 'ResponseMetadata.HTTPHeaders',
    terms: '20 × 4 + 60 × 12',
    usd: '0.0008',
  },
  {
    name: 'headers of Llama',
    source: HEADERS,
    model: 'meta.llama3-1-70b-instruct-v1:0',
    report: headers(25, 290),
    terms: '25 × 0.72 + 290 × 0.72',
    usd: '0.0002268',
  },
  {
    name: 'headers of DeepSeek',
    source: HEADERS,
    model: 'deepseek.r1-v1:0',
    report: headers(9, 800),
    terms: '9 × 1.35 + 800 × 5.4',
    usd: '0.00433215',
  },
  {
    name: 'headers of Qwen',
    source: HEADERS,
    model: 'qwen.qwen3-32b-v1:0',
    report: headers(100, 40),
    terms: '100 × 0.15 + 40 × 0.6',
    usd: '0.000039',
  },
  {
    name: 'headers of an embedding, which has no output',
    source: HEADERS,
    model: 'cohere.embed-english-v3',
    report: headers(500),
    terms: '500 × 0.1',
    usd: '0.00005',
  },
  {
    name: 'the last event of a stream of Claude',
    source: 'https://github.com/BerriAI/litellm/issues/34373',
    model: 'anthropic.claude-3-5-sonnet-20241022-v2:0',
    report: {
      type: 'message_stop',
      'amazon-bedrock-invocationMetrics': {
        inputTokenCount: 4,
        outputTokenCount: 200,
        invocationLatency: 3210,
        firstByteLatency: 512,
        cacheReadInputTokenCount: 20_000,
        cacheWriteInputTokenCount: 150,
      },
    },
    at: 'amazon-bedrock-invocationMetrics',
    terms: '4 × 3 + 20000 × 0.3 + 150 × 3.75 + 200 × 15',
    usd: '0.0095745',
  },
  {
    name: 'the body of Nova, with a cache write at the price of its input',
    source: 'https://docs.aws.amazon.com/nova/latest/userguide/prompt-caching.html',
    model: 'amazon.nova-lite-v1:0',
    report: {
      stopReason: 'end_turn',
      usage: {
        inputTokens: 5,
        outputTokens: 80,
        totalTokens: 85,
        cacheReadInputTokenCount: 0,
        cacheWriteInputTokenCount: 2000,
      },
    },
    at: 'usage',
    terms: '5 × 0.06 + 2000 × 0.06 + 80 × 0.24',
    usd: '0.0001395',
  },
  {
    name: 'the body of Llama',
    source: `${PARAMETERS}-meta.html`,
    model: 'meta.llama3-3-70b-instruct-v1:0',
    report: {
      generation: 'Hello',
      prompt_token_count: 25,
      generation_token_count: 290,
      stop_reason: 'stop',
    },
    terms: '25 × 0.72 + 290 × 0.72',
    usd: '0.0002268',
  },
  {
    name: 'the body of Titan with two results',
    source: `${PARAMETERS}-titan-text.html`,
    model: 'amazon.titan-text-express-v1',
    report: {
      inputTextTokenCount: 5,
      results: [
        { tokenCount: 40, outputText: 'a', completionReason: 'FINISH' },
        { tokenCount: 10, outputText: 'b', completionReason: 'LENGTH' },
      ],
    },
    terms: '5 × 0.2 + 50 × 0.6',
    usd: '0.000031',
  },
  {
    name: 'the last chunk of a stream of Titan',
    source: `${PARAMETERS}-titan-text.html`,
    model: 'amazon.titan-text-express-v1',
    report: {
      index: 3,
      inputTextTokenCount: 5,
      totalOutputTextTokenCount: 40,
      outputText: '.',
      completionReason: 'FINISH',
    },
    terms: '5 × 0.2 + 40 × 0.6',
    usd: '0.000025',
  },
  {
    name: 'an embedding of Titan',
    source: `${PARAMETERS}-titan-embed-text.html`,
    model: 'amazon.titan-embed-text-v2:0',
    report: {
      embedding: [0.016, -0.034],
      embeddingsByType: { float: [0.016, -0.034] },
      inputTextTokenCount: 600,
    },
    terms: '600 × 0.02',
    usd: '0.000012',
  },
  {
    name: 'Mistral in the shape of OpenAI',
    source: `${PARAMETERS}-mistral-chat-completion.html`,
    model: 'mistral.pixtral-large-2502-v1:0',
    report: {
      object: 'chat.completion',
      usage: { prompt_tokens: 512, completion_tokens: 64, total_tokens: 576 },
    },
    at: 'usage',
    terms: '512 × 2 + 64 × 6',
    usd: '0.001408',
  },
  {
    name: 'images of Nova Canvas by size and quality',
    source: 'https://docs.aws.amazon.com/nova/latest/userguide/image-gen-access.html',
    model: 'amazon.nova-canvas-v1:0',
    stated: { imageVariant: 'premium-2048x2048' },
    usage: { inputTokens: 0, outputTokens: 0, images: 2 },
    terms: '2 × 80000',
    usd: '0.16',
  },
  {
    name: 'a video of Nova Reel',
    source: 'https://docs.aws.amazon.com/nova/latest/userguide/video-generation.html',
    model: 'amazon.nova-reel-v1:1',
    card: { units: { videoSeconds: '0.08' } },
    usage: { inputTokens: 0, outputTokens: 0, videoSeconds: 12 },
    terms: '12 × 80000',
    usd: '0.96',
  },
  {
    name: 'a reranker, by request',
    source: `${PARAMETERS}-rerank.html`,
    model: 'cohere.rerank-v3-5:0',
    usage: { inputTokens: 0, outputTokens: 0, queries: 3 },
    terms: '3 × 2000',
    usd: '0.006',
  },
  {
    name: 'speech of Nova Sonic, whose events sum a session up',
    source: 'https://docs.aws.amazon.com/nova/latest/userguide/output-events.html',
    model: 'amazon.nova-2-sonic-v1:0',
    report: {
      event: {
        usageEvent: {
          completionId: 'c-1',
          details: {
            delta: {
              input: { speechTokens: 0, textTokens: 3 },
              output: { speechTokens: 20, textTokens: 0 },
            },
            total: {
              input: { speechTokens: 288, textTokens: 3443 },
              output: { speechTokens: 694, textTokens: 203 },
            },
          },
          promptName: 'p-1',
          sessionId: 's-1',
          totalInputTokens: 3731,
          totalOutputTokens: 897,
          totalTokens: 4628,
        },
      },
    },
    at: 'event.usageEvent',
    terms: '3443 × 0.33 + 288 × 3 + 203 × 2.75 + 694 × 12',
    usd: '0.01088644',
  },
  {
    name: 'a line of a batch, at half the price',
    source: 'https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-results.html',
    model: 'anthropic.claude-3-haiku-20240307-v1:0',
    stated: { serviceTier: 'batch' },
    report: {
      recordId: 'R1',
      modelOutput: { role: 'assistant', usage: { input_tokens: 1000, output_tokens: 400 } },
    },
    at: 'modelOutput.usage',
    terms: '1000 × 0.125 + 400 × 0.625',
    usd: '0.000375',
  },
];
