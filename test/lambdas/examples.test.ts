import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { stores } from '../../composition/stores.ts';
import { canonicalText } from '../../domain/audit/canonical-text.ts';
import { type Example, EXAMPLES } from '../../contracts/openapi.ts';
import { ROUTES } from '../../contracts/routes.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { costOf } from '../../domain/pricing/rate.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { ONE_SHARD } from '../../domain/reporting/usage-shards.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import { createThresholdBreachStore } from '../../tables/threshold-breaches.ts';
import { createTokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { type Deployed, deployAll } from '../support/deployed.ts';
import { silentTelemetry } from '../support/telemetry.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { EXAMPLE_STEPS, type ExampleStep } from '../support/example-requests.ts';
import { FULL_BREACHES, FULL_STEPS, fullActionOf, fullPosting } from '../support/full-requests.ts';
import { type Answer, call } from '../support/http-event.ts';
import { NOON, postingWith } from '../support/postings.ts';
import { watchedReads } from '../support/watched-reads.ts';
import { REFUSED_REQUESTS } from '../support/refused-requests.ts';
import { unshownMembers } from '../support/shown-members.ts';
import { differencesFrom } from '../support/unshown-members.ts';

const FILE = join(import.meta.dirname, '../../contracts/openapi-examples.json');
const DAY_MS = 86_400_000;

let store: EmbeddedStore;
let deployed: Deployed;
const telemetry = silentTelemetry();
/** Each operation's kinds of reads. */
const reads = new Set<string>();
let asking = '';
/** Each operation's latest answer. */
const answers = new Map<string, Answer>();
let sentRequests = 0;

/** Log lines that each request or change writes. */
const OF_EVERY_REQUEST = new Set(['REQUEST_ANSWERED', 'AUDIT_RECORDED']);

/** Functions that run after the requests, and how many hours after noon. */
const SCHEDULED = [
  ['monitor-costs', 1],
  ['sweep-reservations', 2],
  ['train-predictor', 14],
  ['advise', 15],
  ['send-reports', 20],
] as const;

type Sent = { operationId: string; example: Example; prepares: true | undefined };

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
  store = await startEmbeddedStore();
  const db = watchedReads(store.db, (read) => reads.add(`${asking}: ${read}`));
  deployed = await deployAll({ ...store, db }, telemetry);
  await recordUsage('anthropic.claude-opus-5-5', {});
  const deferred = { operation: 'digest', tags: { urgency: 'deferred' } };
  await recordUsage('anthropic.claude-haiku-4-5-20251001-v1:0', deferred);
});
afterAll(async () => {
  await deployed.close();
  await store.close();
  vi.useRealTimers();
});

/** Thirty requests on each of the last six days, as data for reports and advice. */
async function recordUsage(model: string, facts: Partial<Posting>): Promise<void> {
  const resolved = resolveRate({ model, atMs: NOON });
  if (!resolved.ok) throw new Error(resolved.reason);
  const usage = { inputTokens: 600, outputTokens: 200, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const amountNanoUsd = costOf(usage, resolved.rate);
  const postings = [-6, -5, -4, -3, -2, -1].flatMap((day) =>
    Array.from({ length: 30 }, (_, index) => {
      const occurredAtMs = NOON + day * DAY_MS + index * 600_000;
      return postingWith({ model, usage, amountNanoUsd, occurredAtMs, ...facts });
    }),
  );
  await recordPostings(postings);
}

async function recordPostings(postings: Posting[]): Promise<void> {
  const records = createTokenUsageStore(store.db, ONE_SHARD);
  expect((await records.record(postings, 400, NOON)).kind).toBe('recorded');
}

/** Sends requests one second apart; refuses none. */
async function answersTo(steps: readonly ExampleStep[]): Promise<Sent[]> {
  const all: Sent[] = [];
  const refused: string[] = [];
  for (const { operationId, request, prepares } of steps) {
    vi.setSystemTime(NOON + sentRequests * 1_000);
    sentRequests += 1;
    asking = operationId;
    const route = ROUTES[operationId];
    if (!route) throw new Error(`there is no operation ${operationId}`);
    const routeKey = `${route.method} ${route.path}`;
    const asked = request((id) => answers.get(id)?.json ?? {});
    const answer = await call(await deployed.handlerOf(routeKey), routeKey, asked);
    if (answer.status >= 300) refused.push(`${operationId}: ${answer.text}`);
    answers.set(operationId, answer);
    const { params, query, body } = asked;
    const shown = { params, query, body, status: answer.status, answer: shownOf(answer) };
    const example = JSON.parse(withoutSecrets(JSON.stringify(shown))) as Example;
    all.push({ operationId, example, prepares });
  }
  expect(refused).toEqual([]);
  return all;
}

test('every operation answers its example as the document says', async () => {
  const steps = await answersTo(EXAMPLE_STEPS);
  const sent = Object.fromEntries(
    steps.flatMap(({ operationId, example, prepares }) =>
      prepares ? [] : [[operationId, example]],
    ),
  );
  // `WRITE_EXAMPLES=1` records the current answers. Check the difference before you keep it.
  if (process.env['WRITE_EXAMPLES']) {
    writeFileSync(FILE, `${JSON.stringify(sent, undefined, 2)}\n`);
    return;
  }
  expect(Object.keys(sent).toSorted()).toEqual(Object.keys(ROUTES).toSorted());
  expect(steady(sent)).toEqual(steady(Object.fromEntries(EXAMPLES)));
});

test('requests that give every field are answered as recorded', async () => {
  await recordPostings([fullPosting()]);
  const breaches = createThresholdBreachStore(store.db);
  for (const breach of FULL_BREACHES) {
    expect(await breaches.raise(breach, fullActionOf(breach))).toBe(true);
  }
  const steps = await answersTo(FULL_STEPS);
  const full = steps.map(
    ({ operationId, example }) => [operationId, inTimeOrder(example.answer)] as const,
  );
  expect(steady(full)).toMatchSnapshot();
  const shown = [...EXAMPLES].map(([id, { answer }]) => [id, answer] as const);
  expect(differencesFrom(unshownMembers([...shown, ...full]))).toEqual([]);
});

/** These are promises to people and alarms that no answer shows. */
test('their audit entries, alerts, mails, metrics and log lines are as recorded', async () => {
  for (const [name, hours] of SCHEDULED) {
    vi.setSystemTime(NOON + hours * 3_600_000);
    asking = name;
    await deployed.run(name);
  }
  const { entries } = await stores(store.db).audit.list('acme', {}, { limit: 1_000 });
  const inOrder = entries.toSorted(
    (a, b) => a.atMs - b.atMs || a.action.localeCompare(b.action) || a.chain - b.chain,
  );
  const told = inOrder.map(({ action, target, actor, atMs, before, after }): unknown =>
    JSON.parse(canonicalText({ atMs, action, on: target, actor, before, after })),
  );
  expect(linesOf(told)).toMatchSnapshot('audit');
  expect(steady(deployed.messages)).toMatchSnapshot('alerts');
  const metrics = telemetry.metrics.map(({ name, value, dimensions }) =>
    [name, value, ...Object.entries(dimensions).flat()].join(' '),
  );
  expect(steady(metrics)).toMatchSnapshot('metrics');
  const lines = telemetry.lines.filter(({ code }) => !OF_EVERY_REQUEST.has(code));
  expect(linesOf(lines.map(loggable))).toMatchSnapshot('log');
});

test('their reads see all earlier writes where they were recorded to', () => {
  expect([...reads].toSorted()).toMatchSnapshot();
});

test('the items that they left expire as recorded, in days after they were written', async () => {
  const days = await Promise.all(
    Object.values(TABLE_DEFINITIONS).flatMap(({ name, timeToLiveAttribute }) =>
      timeToLiveAttribute === undefined ? [] : [daysIn(name, timeToLiveAttribute)],
    ),
  );
  expect(Object.fromEntries(days)).toMatchSnapshot();
});

test('requests for what cannot be are refused in the words that were recorded', async () => {
  const refusals: unknown[] = [];
  const accepted: string[] = [];
  for (const [operationId, request] of REFUSED_REQUESTS) {
    const { method = '', path = '' } = ROUTES[operationId] ?? {};
    const routeKey = `${method} ${path}`;
    const sent =
      typeof request === 'function' ? request((id) => answers.get(id)?.json ?? {}) : request;
    const { status, json } = await call(await deployed.handlerOf(routeKey), routeKey, sent);
    if (status < 400) accepted.push(`${operationId} ${JSON.stringify(sent)}`);
    const { type: _type, instance: _instance, ...told } = json;
    refusals.push({ operationId, ...told });
  }
  expect(accepted).toEqual([]);
  expect(linesOf(refusals)).toMatchSnapshot();
});

async function daysIn(table: string, attribute: string): Promise<[string, number[]]> {
  const { items } = await store.db.scan({ table });
  const days = items.flatMap((item) => {
    const expiryS = item[attribute];
    return expiryS === undefined ? [] : [Math.round((Number(expiryS) * 1_000 - NOON) / DAY_MS)];
  });
  return [table, [...new Set(days)].toSorted((a, b) => a - b)];
}

const linesOf = (items: unknown[]): string[] =>
  (steady(items) as unknown[]).map((item) => JSON.stringify(item));

/** Amounts are bigints, and errors have no members of their own. */
const loggable = (line: object): unknown =>
  JSON.parse(
    JSON.stringify(line, (_, value: unknown) =>
      typeof value === 'bigint' || value instanceof Error ? String(value) : value,
    ),
  );

/** Keys are listed by their random IDs, so this puts items with a time of creation in its order. */
function inTimeOrder(answer: unknown): unknown {
  const { items } = answer as { items?: { createdAt?: string }[] };
  if (!items?.every(({ createdAt }) => createdAt !== undefined)) return answer;
  const timeOf = ({ createdAt = '' }: { createdAt?: string }): string => createdAt;
  const inOrder = items.toSorted((left, right) => timeOf(left).localeCompare(timeOf(right)));
  return { ...(answer as object), items: inOrder };
}

/** The document and its page are too long to include, so this shows how they begin. */
function shownOf({ contentType, text, json }: Answer): unknown {
  if (!String(contentType).includes('json')) return text.slice(0, '<!doctype html>'.length);
  return 'openapi' in json ? { openapi: json['openapi'], info: json['info'] } : json;
}

const withoutSecrets = (text: string): string =>
  text.replaceAll(/purser_dev_(\w{12})_\w+/g, 'purser_dev_$1_<secret>');

/** Values that differ in every run: random IDs, values derived from them, and durations. */
const VARYING = [
  /,"seen":\[[^\]]*\]/g,
  /,"previousSha256":"[^"]*"/g,
  /[0-9a-f]{64}/g,
  /"(?:sequence|chain)":\d+/g,
  /[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g,
  /purser_dev_\w{12}/g,
  /"(?:keyId|hash|previousHash|nextCursor|url|replaces|target|dedupKey|fingerprint)":"[^"]*"/g,
  /"latencyMs":[\d.]+/g,
  /\bkey\/\w{12}/g,
  /(?<=\bKey )\w{12}\b/g,
];

const steady = (examples: unknown): unknown =>
  JSON.parse(
    VARYING.reduce(
      (text, pattern) => text.replaceAll(pattern, (match) => maskOf(match)),
      JSON.stringify(examples),
    ),
  );

/** Leaves out facts of the audit log's chains, because an entry's chain is random. */
const maskOf = (match: string): string => {
  if (match.startsWith(',')) return '';
  const [name, value] = match.split(':');
  return match.startsWith('"') && value !== undefined ? `${name}:"…"` : '…';
};
