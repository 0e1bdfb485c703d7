import { stores } from '../../../composition/stores.ts';
import { randomUUID } from 'node:crypto';
import type { Posting } from '../../../domain/ledger/posting.ts';
import { seededRandom, type SeededRandom } from '../../traces/seeded-random.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const WORKING_HOURS = [8, 9, 10, 11, 13, 14, 15, 16];
const REQUESTS_PER_HOUR = 5;
const USERS = 12;
const DEPARTMENTS = 4;
const SYSTEMS = ['relaycore', 'automatrix', 'neuroweaver'] as const;
const OPERATIONS = ['chat', 'summarize', 'extract', 'classify'];
/** With the approximate price of a token, in nano-dollars. */
const MODELS = [
  ['amazon.nova-lite-v1:0', 60n],
  ['amazon.nova-pro-v1:0', 800n],
  ['anthropic.claude-haiku-4-5-20251001-v1:0', 1_000n],
  ['anthropic.claude-sonnet-4-6', 3_000n],
  ['openai.gpt-oss-120b-1:0', 150n],
] as const;

export type SeededUsage = {
  days: number;
  requests: number;
  users: number;
  departments: number;
  models: number;
};

/**
 * Records an office's usage over the days until now, with its aggregates, as the function that
 * consumes the ledger's stream would: deterministic, lower on weekends, and growing every week.
 */
export async function seedUsage(
  db: DynamoDb,
  organizationId: string,
  { days, nowMs }: { days: number; nowMs: number },
): Promise<SeededUsage> {
  const { usage } = stores(db);
  const random = seededRandom(1);
  const today = Math.floor(nowMs / DAY_MS);
  let requests = 0;
  for (let day = 0; day < days; day += 1) {
    const startMs = (today - days + 1 + day) * DAY_MS;
    const isWeekend = [0, 6].includes(new Date(startMs).getUTCDay());
    const instants = WORKING_HOURS.flatMap((hour) =>
      Array.from(
        { length: isWeekend ? 1 : REQUESTS_PER_HOUR },
        (_, position) => startMs + hour * HOUR_MS + position * 60_000,
      ),
    );
    const postings = instants
      .filter((occurredAtMs) => occurredAtMs < nowMs)
      .map((occurredAtMs) => postingAt(occurredAtMs, organizationId, 1 + day / days, random));
    await usage.record(postings, days + 1, nowMs);
    requests += postings.length;
  }
  return { days, requests, users: USERS, departments: DEPARTMENTS, models: MODELS.length };
}

function postingAt(
  occurredAtMs: number,
  organizationId: string,
  growth: number,
  random: SeededRandom,
): Posting {
  const upTo = (end: number): number => Math.floor(random() * end);
  const user = upTo(USERS);
  const [model, nanoUsdPerToken] = MODELS[upTo(MODELS.length)] ?? MODELS[0];
  const inputTokens = Math.round(growth * (500 + upTo(2_000)));
  const outputTokens = 100 + upTo(500);
  const entryId = randomUUID();
  return {
    postingId: `${entryId}.2`,
    kind: 'settlement',
    entryId,
    organizationId,
    userId: `user-${user}`,
    departmentId: `department-${user % DEPARTMENTS}`,
    system: SYSTEMS[upTo(SYSTEMS.length)] ?? SYSTEMS[0],
    operation: OPERATIONS[upTo(OPERATIONS.length)],
    model,
    occurredAtMs,
    postedAtMs: occurredAtMs + 2_000,
    amountNanoUsd: BigInt(inputTokens + 4 * outputTokens) * nanoUsdPerToken,
    requests: 1,
    usage: { inputTokens, outputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 },
    maxOutputTokens: 1_024,
  };
}
