import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { guardAnthropic } from '../../client/anthropic.ts';
import { guardBedrock } from '../../client/bedrock.ts';
import { guardOpenAI } from '../../client/openai.ts';
import { createPurser } from '../../client/purser.ts';
import { guardedCalls } from './guarded-calls.ts';

/** What the page tells the test. */
export type PageResult = { name: string; said: string; state: string; delivery?: string };

/*
 * Runs in a browser, from a site that passes `/v1` on to Purser and `/provider` to the providers, as a
 * site in front of them would: both allow no calls from other sites.
 */
declare const location: { href: string };
const { origin, searchParams } = new URL(location.href);
const provider = `${origin}/provider`;
const aheadMs = Number(searchParams.get('ahead'));
const ids: string[] = [];
const purser = createPurser({
  url: origin,
  key: searchParams.get('key') ?? '',
  now: () => Date.now() + aheadMs,
  async fetch(address, init) {
    const response = await fetch(address, init);
    if (address.endsWith('/v1/reservations')) {
      const { reservationId } = (await response.clone().json()) as { reservationId: string };
      ids.push(reservationId);
    }
    return response;
  },
});
const payer = { system: 'relaycore', userId: 'ada' };
const browser = { dangerouslyAllowBrowser: true, maxRetries: 0 };
const clients = {
  aws: guardBedrock(
    new BedrockRuntimeClient({
      endpoint: provider,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    }),
    purser,
    payer,
  ),
  anthropic: guardAnthropic(
    new Anthropic({
      ...browser,
      baseURL: `${provider}/anthropic`,
      authToken: 'local',
      apiKey: null,
    }),
    purser,
    payer,
  ),
  openai: guardOpenAI(
    new OpenAI({ ...browser, baseURL: `${provider}/openai/v1`, apiKey: 'local' }),
    purser,
    payer,
  ),
};

async function run(): Promise<PageResult[]> {
  const { whole, streamed } = guardedCalls(() => clients);
  const results: PageResult[] = [];
  for (const [name, make] of [...Object.entries(whole), ...Object.entries(streamed)]) {
    const said = await make().catch((error: unknown) => `failed: ${String(error)}`);
    const params = { id: ids.at(-1) ?? '' };
    const { state, delivery } = await purser.call('getReservation', { params });
    results.push({ name, said, state, ...(delivery ? { delivery } : {}) });
  }
  return results;
}

const told = await run().catch((error: unknown) => String(error));
await fetch('/result', { method: 'POST', body: JSON.stringify(told) });
