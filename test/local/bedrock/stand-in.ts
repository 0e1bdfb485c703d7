import { Anthropic } from '@anthropic-ai/sdk';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import OpenAI from 'openai';
import { type Rules, readRules } from '../../../local/bedrock/rules.ts';
import { openBedrock } from '../../../local/services/bedrock-service.ts';

export { CLAUDE, GPT } from '../../client/models.ts';
export const NOVA = 'amazon.nova-lite-v1:0';

/** The stand-in alone, with a clock that the test moves, and one client of each kind. */
export async function startStandIn() {
  const time = { nowMs: Date.UTC(2026, 0, 15, 9) };
  const service = await openBedrock({
    clock: {
      now: () => time.nowMs,
      offsetMs: () => 0,
      advance: () => undefined,
      buffer: new SharedArrayBuffer(8),
    },
  });
  const { bedrock, endpoint } = service;
  const aws = new BedrockRuntimeClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  return {
    endpoint,
    bedrock,
    time,
    aws,
    anthropic: new Anthropic({
      baseURL: `${endpoint}/anthropic`,
      authToken: 'local',
      apiKey: null,
      maxRetries: 0,
    }),
    openai: new OpenAI({ baseURL: `${endpoint}/openai/v1`, apiKey: 'local', maxRetries: 0 }),
    /** Sets rules; `timeScale`, `seed` and the others keep their defaults. */
    set: (rules: Partial<Record<keyof Rules, unknown>>) =>
      bedrock.setRules(readRules(rules, 'the test')),
    /** Posts a body as it is, so that no client checks it first. */
    async post(path: string, body: unknown, headers: Record<string, string> = {}) {
      const response = await fetch(`${endpoint}${path}`, {
        method: 'POST',
        headers: { authorization: 'Bearer local', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: response.status, headers: response.headers, text: await response.text() };
    },
    /** The last call as the stand-in recorded it. */
    lastCall: () => bedrock.record.list().at(-1),
    async stop() {
      aws.destroy();
      await service.stop();
    },
  };
}

export type StandIn = Awaited<ReturnType<typeof startStandIn>>;
