import * as z from 'zod';
import { CommandError } from '../../../bin/tools/command-line.ts';
import type { GatewayAddress } from './send-row.ts';

/** What goes wrong behind the gateway: a tenth of all calls, the first region, and one slow model. */
const FAULTS = {
  rules: [{ when: { share: 0.1 }, steps: [{ fault: { kind: 'internal' } }] }],
  outages: [{ region: 'us-east-1' }],
  limits: [{ model: '*sonnet*', firstTokenMs: 300 }],
  timeScale: 1,
};

const tokens = z.object({ inputTokens: z.number(), outputTokens: z.number() });
const record = z.object({ calls: z.array(z.object({ usage: tokens.optional() })) });

/** Tokens that the providers of models counted. */
export type UsedTokens = z.output<typeof tokens> & { calls: number };

/** The local run's stand-in for Amazon Bedrock, which a replay makes unreliable and then reads. */
export function standInOf({ url, key }: GatewayAddress) {
  const call = async (method: 'GET' | 'POST', body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/_local/bedrock`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (answer.ok) return answer.json();
    throw new CommandError(
      `The gateway is replayed against a local run's stand-in; /_local/bedrock answered ${answer.status}.`,
    );
  };
  return {
    breakThings: () => call('POST', FAULTS),
    repair: () => call('POST', { rules: [], outages: [], limits: [], timeScale: 0 }),
    /** Counts the last 5,000 calls, which is what it remembers. */
    async used(): Promise<UsedTokens> {
      const usages = record.parse(await call('GET')).calls.flatMap(({ usage }) => usage ?? []);
      return {
        calls: usages.length,
        inputTokens: usages.reduce((sum, usage) => sum + usage.inputTokens, 0),
        outputTokens: usages.reduce((sum, usage) => sum + usage.outputTokens, 0),
      };
    },
  };
}
