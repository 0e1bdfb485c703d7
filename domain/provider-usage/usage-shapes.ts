import { anthropicMessages, claudeCode, claudeCodeModel, langChain } from './shapes/anthropic.ts';
import {
  converse,
  invocationHeaders,
  invocationMetrics,
  llama,
  nova,
  novaSonic,
  titan,
  titanStream,
} from './shapes/bedrock.ts';
import { gemini, geminiPython } from './shapes/google.ts';
import {
  codex,
  openAiAgents,
  openAiChat,
  openAiDuration,
  openAiRealtime,
  openAiResponses,
  perplexity,
  totalAlone,
} from './shapes/openai.ts';
import { aiSdk4, aiSdk5, aiSdk6, aiSdkModel, cohere, ollama, pages } from './shapes/others.ts';
import type { UsageTable } from './usage-table.ts';

/** Every shape in which providers, gateways and SDKs report usage. */
export const SHAPES = {
  'bedrock-converse': converse,
  'anthropic-messages': anthropicMessages,
  'openai-chat': openAiChat,
  'openai-responses': openAiResponses,
  /** Mistral uses OpenAI's shape, in its own API and through Amazon Bedrock. */
  mistral: openAiChat,
  gemini,
  titan,
  'titan-stream': titanStream,
  nova,
  llama,
  'bedrock-invocation-metrics': invocationMetrics,
  'bedrock-headers': invocationHeaders,
  'nova-sonic': novaSonic,
  'gemini-python': geminiPython,
  'openai-agents': openAiAgents,
  'openai-realtime': openAiRealtime,
  'openai-duration': openAiDuration,
  'total-tokens': totalAlone,
  perplexity,
  codex,
  'claude-code': claudeCode,
  'claude-code-model': claudeCodeModel,
  langchain: langChain,
  'ai-sdk-4': aiSdk4,
  'ai-sdk-5': aiSdk5,
  'ai-sdk-6': aiSdk6,
  'ai-sdk-model': aiSdkModel,
  cohere,
  ollama,
  pages,
} as const satisfies Record<string, UsageTable>;

export type UsageShape = keyof typeof SHAPES;
export const USAGE_SHAPES = Object.keys(SHAPES) as UsageShape[];

export const tableOf = (shape: UsageShape): UsageTable => SHAPES[shape];
