import { agents } from './agents.ts';
import { anthropicStreams } from './anthropic-streams.ts';
import { anthropic } from './anthropic.ts';
import { bedrockConverse } from './bedrock-converse.ts';
import { bedrockInvoke } from './bedrock-invoke.ts';
import { gateways } from './gateways.ts';
import { google } from './google.ts';
import { openAiMedia } from './openai-media.ts';
import { openAi } from './openai.ts';
import { others } from './others.ts';
import type { Payload } from './payload.ts';
import { searches } from './searches.ts';

export const PAYLOADS: readonly Payload[] = [
  ...bedrockConverse,
  ...bedrockInvoke,
  ...anthropic,
  ...anthropicStreams,
  ...openAi,
  ...openAiMedia,
  ...google,
  ...others,
  ...searches,
  ...agents,
  ...gateways,
];
