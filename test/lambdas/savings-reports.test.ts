import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createOrganizationSettingsStore } from '../../tables/organization-settings.ts';
import { stores } from '../../composition/stores.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { formatUsd, parseUsd } from '../../domain/money.ts';
import { costOf } from '../../domain/pricing/rate.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { pendingEventIn } from '../../tables/alert-deliveries.ts';
import { type Advising, startAdvising } from '../support/advising.ts';
import { csvRowsOf } from '../support/csv-rows.ts';
import { call } from '../support/http-event.ts';
import { NOON, postingWith } from '../support/postings.ts';
import { stored } from '../support/stored.ts';

const LIST = 'GET /v1/recommendations';
const ACCEPT = 'POST /v1/recommendations/{id}/accept';
const DISMISS = 'POST /v1/recommendations/{id}/dismiss';
const OUTCOME = 'GET /v1/recommendations/{id}/outcome';
const OPUS = 'anthropic.claude-opus-5-5';
const SONNET = 'anthropic.claude-sonnet-5';
/** Costs less in the global profile, and in a batch. */
const REGIONAL = 'us.anthropic.claude-sonnet-5';
const DAY_MS = 86_400_000;
const USD = 1_000_000_000n;
const USAGE = { inputTokens: 600, outputTokens: 200, cacheReadTokens: 0, cacheWriteTokens: 0 };
const CACHED = { ...USAGE, inputTokens: 100, cacheReadTokens: 5_000 };
/** Mondays at seven, when a report of the week before is due. */
const [FIRST, SECOND] = [Date.parse('2026-11-23T07:00Z'), Date.parse('2026-11-30T07:00Z')];

const NONE = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
/** An answer of Purser's own cache. */
const HIT = {
  usage: NONE,
  amountNanoUsd: 0n,
  savedNanoUsd: USD / 4n,
  answer: { isCacheHit: true },
} as const;

const priceOf = (model: string, usage: typeof USAGE): bigint => {
  const resolved = resolveRate({ model, atMs: NOON });
  if (!resolved.ok) throw new Error(resolved.reason);
  return costOf(usage, resolved.rate);
};

let advising: Advising;
let nowMs = NOON;
const saved = priceOf(OPUS, USAGE) - priceOf(SONNET, USAGE);

/** Records requests at the standard price, on a day relative to today. */
async function spend(day: number, count: number, facts: Partial<Posting>): Promise<void> {
  const { model = OPUS, usage: tokens = USAGE } = facts;
  const postings = Array.from({ length: count }, (_, index) =>
    postingWith({
      organizationId: 'acme',
      model,
      usage: tokens,
      amountNanoUsd: priceOf(model, tokens),
      occurredAtMs: NOON + day * DAY_MS + index * 600_000,
      ...facts,
    }),
  );
  expect((await stores(advising.db).usage.record(postings, 90, NOON)).kind).toBe('recorded');
}

type Shown = { id: string; kind: string; savingUsdPerMonth: string; group?: { id: string } };

async function open(): Promise<Shown[]> {
  const { json } = await call(advising.handler, LIST, { query: { limit: '100' } });
  return json['items'] as Shown[];
}

async function weekly(nextMs: number): Promise<void> {
  const subscription = {
    name: 'saved',
    report: 'savings',
    frequency: 'weekly',
    timeZone: 'UTC',
    hour: 7,
    to: ['ada@example.com'],
    groupBy: 'organization',
  } as const;
  const { subscriptions } = stores(advising.db);
  await stored(advising.db, subscriptions.replacement('acme', subscription, nextMs));
}

/** The events that wait to be put on the bus. */
async function events() {
  const { items } = await advising.db.scan({ table: 'alert-deliveries' });
  return items
    .flatMap((item) => pendingEventIn(item) ?? [])
    .toSorted((one, other) => one.atMs - other.atMs);
}

beforeAll(async () => {
  advising = await startAdvising(() => nowMs);
  const settings = createOrganizationSettingsStore(advising.db);
  const leave = { providers: [], places: ['global' as const] };
  await stored(advising.db, settings.adviceLeave.replacement('acme', leave));
  for (const day of [-6, -5, -4, -3, -2, -1]) await spend(day, 30, { model: OPUS });
  for (const day of Array.from({ length: 22 }, (_, index) => index - 6)) {
    await spend(day, 20, {
      model: REGIONAL,
      operation: 'digest',
      tags: { urgency: 'deferred' },
    });
  }
});
afterAll(() => advising.stop());

describe('a weekly report of savings', () => {
  test('tells by mail and event what was saved, and what open advice would save', async () => {
    const { id } = (await open()).find(({ kind }) => kind === 'model-switch') ?? expect.fail();
    await call(advising.handler, ACCEPT, { params: { id } });
    await spend(1, 40, { model: SONNET });
    await spend(1, 10, { model: OPUS });
    await spend(1, 1, { system: 'routed', savedNanoUsd: 3n * USD, lostCacheNanoUsd: USD });
    await spend(1, 7, { system: 'cached', usage: CACHED });
    await spend(1, 5, { system: 'asked-again', ...HIT });
    // Of the next week, which the report does not cover.
    await spend(3, 25, { model: SONNET });
    await weekly(FIRST);
    nowMs = FIRST + 120_000;
    await advising.advise();
    await advising.sendReports();
    await advising.sendReports();
    expect(advising.mails).toHaveLength(1);
    const { subject, text, html } = advising.mails[0] ?? expect.fail();
    const realized = 40n * saved;
    const cents = (Number(realized) / 1e9).toFixed(2);
    expect(subject).toBe(
      `[Purser test] acme saved ${cents} USD by advice from 2026-11-16 to 2026-11-22`,
    );
    expect(text).toMatch(new RegExp(`^ {2}${cents} {2}#{30} {2}model-switch, relaycore`, 'm'));
    expect(text).toMatch(/^ {2}3\.00 {2}#{30} {2}other models, net of 1\.00 of lost cache$/m);
    expect(text).toMatch(/^ {2}1\.25 {2}#+ +answers from Purser's cache$/m);
    expect(text).toMatch(/^ {2}1\.25 {2}#+ +asked-again\/chat \(/m);
    expect(text).toContain('GET /v1/recommendations?format=csv');
    expect(html).toContain('width="200" height="12"');

    const [event, ...others] = await events();
    expect(others).toEqual([]);
    const cacheSaved =
      7n * (priceOf(OPUS, { ...USAGE, inputTokens: 5_100 }) - priceOf(OPUS, CACHED));
    const left = await open();
    expect(event).toMatchObject({
      kind: 'savings_reported',
      data: {
        subscription: 'saved',
        from: '2026-11-16T00:00:00.000Z',
        to: '2026-11-23T00:00:00.000Z',
        realizedUsd: formatUsd(realized),
        leastRealizedUsd: formatUsd(realized),
        mostRealizedUsd: formatUsd(realized),
        measured: '1',
        routingSavedUsd: '3.000000000',
        routingLostCacheUsd: '1.000000000',
        cacheSavedUsd: formatUsd(cacheSaved),
        answersSavedUsd: '1.250000000',
      },
    });
    const ids = event?.data['openIds']?.split(', ') ?? [];
    expect(ids.length).toBeGreaterThan(0);
    expect(left.map((item) => item.id)).toEqual(expect.arrayContaining(ids));
    expect(text).toContain(`POST /v1/recommendations/${ids[0]}/accept`);
    expect(ids).not.toContain(id);
  });

  test('adds up over the weeks to the outcome', async () => {
    nowMs = SECOND + 120_000;
    await advising.sendReports();
    const realized = (await events()).map(({ data }) => parseUsd(data['realizedUsd'] ?? '') ?? 0n);
    expect(realized).toEqual([40n * saved, 25n * saved]);
    const [{ id }] = (await call(advising.handler, LIST, { query: { state: 'accepted' } })).json[
      'items'
    ] as [Shown];
    const { json } = await call(advising.handler, OUTCOME, { params: { id } });
    expect(json['realizedSavingUsd']).toBe(formatUsd(65n * saved));
  });
});

describe('advice as a file', () => {
  const read = async (query: Record<string, string>) =>
    await call(advising.handler, LIST, { query, role: 'viewer' });

  test('has a row per recommendation in any state, with outcomes', async () => {
    const question = (await open()).at(-1) ?? expect.fail();
    await call(advising.handler, DISMISS, { params: { id: question.id } });
    const { status, text } = await read({ format: 'csv' });
    expect(status).toBe(200);
    const rows = csvRowsOf(text);
    const { items } = await stores(advising.db).recommendations.list('acme');
    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set(items.map(({ id }) => id)));
    expect(rows).toHaveLength(items.length);
    const accepted = rows.filter(({ state }) => state === 'accepted');
    expect(accepted).toMatchObject([
      {
        kind: 'model-switch',
        realizedSavingUsd: formatUsd(65n * saved),
        leastRealizedUsd: formatUsd(65n * saved),
        decidedAt: new Date(NOON).toISOString(),
        countsInNet: 'false',
      },
    ]);
    expect(rows.find(({ id }) => id === question.id)).toMatchObject({
      state: 'dismissed',
      realizedSavingUsd: '',
    });
    const lines = (await read({ format: 'jsonl' })).text.trimEnd().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(parsed.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    for (const [index, row] of parsed.entries()) {
      expect(Object.keys(row)).toEqual(Object.keys(rows[index] ?? {}));
      expect(rows[index]?.['savingPercent']).toBe(String(row['savingPercent'] ?? ''));
    }
  });

  test('adds up to what the report says, and what is filtered adds up by itself', async () => {
    await advising.advise();
    const rows = csvRowsOf((await read({ format: 'csv', state: 'open' })).text);
    const counted = rows.filter(({ countsInNet }) => countsInNet === 'true');
    const sumOf = (name: string, of: typeof rows): bigint =>
      of.reduce((sum, row) => sum + (parseUsd(row[name] ?? '') ?? 0n), 0n);
    const groups = Map.groupBy(
      rows.filter(({ netSavingUsdPerMonth }) => netSavingUsdPerMonth !== ''),
      ({ group, id }) => group || id,
    );
    expect(counted).toHaveLength(groups.size);
    // Batches in the global profile save less than both by themselves.
    expect(groups.size).toBeLessThan(rows.filter((row) => row['isQuestion'] === 'false').length);
    expect(sumOf('netSavingUsdPerMonth', counted)).toBeLessThan(
      sumOf('savingUsdPerMonth', [...groups.values()].flat()),
    );
    await weekly(SECOND + 7 * DAY_MS);
    nowMs = SECOND + 7 * DAY_MS;
    await advising.sendReports();
    const told = (await events()).at(-1)?.data['openUsdPerMonth'];
    expect(told).toBe(formatUsd(sumOf('netSavingUsdPerMonth', counted)));
    expect(sumOf('netSavingUsdPerMonth', counted)).toBeGreaterThan(0n);
    const [kind = ''] = counted.map((row) => row['kind']);
    const filtered = csvRowsOf((await read({ format: 'csv', state: 'open', kind })).text);
    expect(filtered.some(({ countsInNet }) => countsInNet === 'true')).toBe(true);
  });
});

test('a run of advice, and an outcome, list recommendations once', async () => {
  const own = await startAdvising(() => NOON);
  const { recommendations, usage } = stores(own.db);
  const { items } = await stores(advising.db).recommendations.list('acme');
  const [item] = items.filter(({ state }) => state === 'open');
  if (!item) throw new Error('there is no open advice');
  const request = postingWith({ organizationId: 'reads', occurredAtMs: NOON - DAY_MS });
  await usage.record([request], 90, NOON);
  await own.advise();
  own.takeConsumed();
  // The day is kept by now, so this is what a run reads besides recommendations.
  await own.advise();
  const others = own.takeConsumed().readUnits;
  const many = Array.from({ length: 100 }, (_, number) => `advice-${number}`);
  const change = { kind: 'setting' } as const;
  for (const id of many) {
    const times = { createdAtMs: NOON, nowMs: NOON };
    await recommendations.propose('reads', { ...item, id, change, kind: 'budget-fit' }, times);
  }
  own.takeConsumed();
  await recommendations.list('reads');
  const once = own.takeConsumed().readUnits;
  expect(once).toBeGreaterThan(15);
  await own.advise();
  const run = own.takeConsumed().readUnits - others;
  expect(run).toBeGreaterThan(once / 2);
  expect(run).toBeLessThanOrEqual(once);
  // The run ended most of them; an outcome of one that was accepted reads the list alone.
  const all = await recommendations.list('reads');
  const [first] = all.items;
  if (!first) throw new Error('nothing is left');
  await own.db.write(
    recommendations.decision('reads', first, { state: 'accepted', actor: 'ada', nowMs: NOON }),
  );
  own.takeConsumed();
  const { status } = await call(own.handler, OUTCOME, {
    organizationId: 'reads',
    params: { id: first.id },
  });
  expect(status).toBe(200);
  expect(own.takeConsumed().readUnits).toBeLessThanOrEqual(once + 1);
  await own.stop();
});
