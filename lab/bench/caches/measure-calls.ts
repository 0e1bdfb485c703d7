import * as z from 'zod';
import { CommandError } from '../../../bin/tools/command-line.ts';
import { parseUsd } from '../../../domain/money.ts';
import { quantiles } from '../../../domain/series/quantile.ts';
import { seededRandom, weightedIndex, zipfWeights } from '../../traces/seeded-random.ts';

/** Calls of one operation with the cache and without. */
export type CallRow = {
  name: 'off' | 'on';
  calls: number;
  hitShare: number;
  costNanoUsd: bigint;
  savedNanoUsd: bigint;
  /** The middle of all calls. */
  p50Ms: number;
};

type Api = { url: string; key: string };

const report = z.object({
  groups: z.array(z.object({ key: z.string(), costUsd: z.string(), savedUsd: z.string() })),
});

/**
 * Sends one operation's prompts through the gateway: first without the cache, then with it. Few
 * prompts are frequent, and many rare (Zipf with exponent 1), as texts that are tagged or answered are.
 */
export async function measureCalls(
  api: Api,
  { calls, prompts }: { calls: number; prompts: number },
  drain: () => Promise<void>,
): Promise<CallRow[]> {
  const sequence = zipf(calls, prompts);
  const rows: CallRow[] = [];
  for (const name of ['off', 'on'] as const) {
    const latenciesMs: number[] = [];
    let hits = 0;
    for (const prompt of sequence) {
      const startedMs = performance.now();
      if (await isHit(api, name, prompt)) hits += 1;
      latenciesMs.push(performance.now() - startedMs);
    }
    await drain();
    const [p50Ms = 0] = quantiles(latenciesMs, [0.5]);
    rows.push({ name, calls, hitShare: hits / calls, p50Ms, ...(await booked(api, name)) });
  }
  return rows;
}

async function isHit({ url, key }: Api, cache: 'off' | 'on', prompt: number): Promise<boolean> {
  const response = await fetch(`${url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'x-purser-cache': cache,
      'x-purser-system': `cache-${cache}`,
      'x-purser-operation': 'tag',
    },
    body: JSON.stringify({
      model: 'claude-haiku-4-5',
      temperature: 0,
      max_tokens: 200,
      messages: [{ role: 'user', content: `Name the topic of ticket ${prompt} in one word.` }],
    }),
  });
  const text = await response.text();
  if (response.status !== 200)
    throw new CommandError(`a call was answered ${response.status}: ${text}`);
  return response.headers.get('x-purser-cache') === 'hit';
}

/** What the books say of a system. */
async function booked({ url, key }: Api, name: string) {
  const day = 86_400_000;
  const [from, to] = [Date.now() - day, Date.now() + day].map((atMs) =>
    new Date(atMs).toISOString().slice(0, 10),
  );
  const path = `/v1/reports/costs?from=${from}&to=${to}&groupBy=system`;
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } });
  const { groups } = report.parse(await response.json());
  const own = groups.find(({ key: system }) => system === `cache-${name}`);
  if (!own) throw new CommandError(`the report lacks the system cache-${name}`);
  return {
    costNanoUsd: parseUsd(own.costUsd) ?? 0n,
    savedNanoUsd: parseUsd(own.savedUsd) ?? 0n,
  };
}

/** Numbers of prompts, the same each time. */
function zipf(calls: number, prompts: number): number[] {
  const random = seededRandom(1);
  const weights = zipfWeights(prompts, 1);
  return Array.from({ length: calls }, () => weightedIndex(weights, random()));
}
