import * as z from 'zod';
import { CommandError } from '../../../bin/tools/command-line.ts';
import { parseUsd } from '../../../domain/money.ts';
import { mapConcurrently } from '../../../services/map-concurrently.ts';
import type { OwnRun } from '../../own-run.ts';
import { BULK_USER, HOURS_PER_DAY, planOf, randomOf, type Work } from './week.ts';

const MODEL = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const HOUR_MS = 3_600_000;
const DAY_MS = HOURS_PER_DAY * HOUR_MS;
/** Some 500 tokens. */
const PROMPT = 'Describe the river in one paragraph for a schoolbook. '.repeat(40);
const OUTPUT_TOKENS = 300;
/** Less than a workday needs, and more than the week does. */
const DAILY_USD = { organization: '0.42', department: '0.30', user: '0.16' };
const OUTAGE_HOUR = 2 * HOURS_PER_DAY + 11;
/** How long the queue may take after the last day. */
const MOST_EXTRA_DAYS = 4;
const READS_AT_ONCE = 10;

const queued = z.object({ jobId: z.string() });
const jobSchema = z.object({
  state: z.string(),
  attempts: z.number(),
  costUsd: z.string().optional(),
  savedUsd: z.string().optional(),
  reason: z.string().optional(),
  submittedAt: z.string(),
  endedAt: z.string().optional(),
});
export type EndedJob = z.output<typeof jobSchema> & { work: Work };
const budgets = z.object({
  items: z.array(
    z.object({ limitUsd: z.string(), settledUsd: z.string(), reservedUsd: z.string() }),
  ),
});

export type QueueFigures = {
  jobs: EndedJob[];
  interactive: { served: number; refused: number };
  /** The largest part of a limit that was ever used or held. */
  fullest: number;
  /** Calls that the provider answered. */
  answered: number;
  hours: number;
};

/** Plays days of work through a running application on its own clock. */
export async function measureQueue(
  { url, key }: OwnRun,
  { days, seed }: { days: number; seed: number },
  onProgress: (hour: number, note: string) => void,
): Promise<QueueFigures> {
  const call = callerOf(url, key);
  const advance = (advanceMs: number) => call('POST', '/_local/clock', { advanceMs });
  const random = randomOf(seed);
  const works = new Map<string, Work>();
  const interactive = { served: 0, refused: 0 };
  let fullest = 0;

  async function submit(work: Work): Promise<void> {
    const request = requestOf(work);
    const { json } = await call('POST', '/v1/jobs', {
      request,
      severity: work.severity,
      ...(work.mayBatch ? { waitingUsdPerHour: '0' } : {}),
    });
    works.set(queued.parse(json).jobId, work);
  }
  async function ask(work: Work): Promise<void> {
    const { status } = await call('POST', '/v1/invocations', requestOf(work));
    if (status === 200) interactive.served += 1;
    else interactive.refused += 1;
  }
  async function look(): Promise<void> {
    const { items } = budgets.parse((await call('GET', '/v1/budgets?limit=100')).json);
    for (const { limitUsd, settledUsd, reservedUsd } of items) {
      fullest = Math.max(fullest, (amount(settledUsd) + amount(reservedUsd)) / amount(limitUsd));
    }
  }

  await prepare(call);
  const hours = days * HOURS_PER_DAY;
  let hour = 0;
  for (; hour < hours; hour += 1) {
    await setOutage(call, hour === OUTAGE_HOUR);
    const plan = planOf(hour, random);
    for (const work of plan.interactive) await ask(work);
    for (const work of plan.deferred) await submit(work);
    await call('POST', '/_local/drain', {});
    await look();
    // Batches fill for a quarter of an hour; other jobs are looked at every minute.
    for (const minutes of [16, 4, 20, 20]) await advance(minutes * 60_000);
    onProgress(hour + 1, `${works.size} jobs`);
  }
  const jobs = new Map<string, EndedJob>();
  const waiting = () => [...works].filter(([jobId]) => isPending(jobs.get(jobId)));
  const read = () =>
    mapConcurrently(waiting(), READS_AT_ONCE, async ([jobId, work]) => {
      const { json } = await call('GET', `/v1/jobs/${jobId}`);
      jobs.set(jobId, { ...jobSchema.parse(json), work });
    });
  await read();
  while (waiting().length > 0 && hour < hours + MOST_EXTRA_DAYS * HOURS_PER_DAY) {
    for (const minutes of [16, 4, 40]) await advance(minutes * 60_000);
    await look();
    hour += 1;
    await read();
    onProgress(Math.min(hour, hours), `${waiting().length} jobs wait`);
  }
  return {
    jobs: [...jobs.values()],
    interactive,
    fullest,
    answered: await answeredCalls(call),
    hours: hour,
  };
}

const isPending = (job: EndedJob | undefined): boolean =>
  job === undefined || job.state === 'queued' || job.state === 'running';

const requestOf = ({ userId, departmentId }: Work) => ({
  model: MODEL,
  system: 'relaycore',
  userId,
  departmentId,
  prompt: PROMPT,
  maxOutputTokens: OUTPUT_TOKENS,
});

const amount = (usd: string): number => Number(parseUsd(usd) ?? 0n);

/** Sets the budgets, goes to the beginning of a Monday, and makes every answer equally long. */
async function prepare(call: Caller): Promise<void> {
  const put = async (scope: string, scopeId: string, limitUsd: string): Promise<void> => {
    const { status } = await call('PUT', `/v1/budgets/${scope}/${scopeId}/daily`, { limitUsd });
    if (status !== 200 && status !== 201) throw new CommandError(`a budget was answered ${status}`);
  };
  await put('organization', 'acme', DAILY_USD.organization);
  for (const department of ['research', 'sales']) {
    await put('department', department, DAILY_USD.department);
  }
  for (const user of ['ann', 'bob', 'cid', 'dee', 'eli', 'night', BULK_USER]) {
    await put('user', user, DAILY_USD.user);
  }
  const { json } = await call('GET', '/_local/clock');
  const nowMs = Date.parse(z.object({ now: z.string() }).parse(json).now);
  // 5 January 1970 was a Monday.
  const sinceMondayMs = (nowMs - 4 * DAY_MS) % (7 * DAY_MS);
  await call('POST', '/_local/clock', { advanceMs: 7 * DAY_MS - sinceMondayMs + 60_000 });
}

async function setOutage(call: Caller, isOut: boolean): Promise<void> {
  await call('POST', '/_local/bedrock', {
    rules: [{ steps: [{ outputTokens: OUTPUT_TOKENS }] }],
    outages: isOut ? [{ region: '*' }] : [],
    jobs: { recordsPerSecond: 0.05, waitMs: HOUR_MS / 2 },
  });
}

async function answeredCalls(call: Caller): Promise<number> {
  const { json } = await call('GET', '/_local/bedrock');
  const record = z.object({ calls: z.array(z.object({ outcome: z.string().optional() })) });
  return record.parse(json).calls.filter(({ outcome }) => outcome === 'answered').length;
}

type Caller = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ status: number; json: unknown }>;

const callerOf =
  (url: string, key: string): Caller =>
  async (method, path, body) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, json: text === '' ? {} : (JSON.parse(text) as unknown) };
  };
