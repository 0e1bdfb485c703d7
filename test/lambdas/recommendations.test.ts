import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { recommendationView } from '../../contracts/recommendations.ts';
import { EVIDENCE_NAMES } from '../../domain/advice/evidence.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { costOf } from '../../domain/pricing/rate.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { type Advising, startAdvising } from '../support/advising.ts';
import { call } from '../support/http-event.ts';
import { NOON, postingWith } from '../support/postings.ts';

const LIST = 'GET /v1/recommendations';
const ACCEPT = 'POST /v1/recommendations/{id}/accept';
const DISMISS = 'POST /v1/recommendations/{id}/dismiss';
const OUTCOME = 'GET /v1/recommendations/{id}/outcome';
const OPUS = 'anthropic.claude-opus-5-5';
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const SONNET = 'anthropic.claude-sonnet-5';
const DAY_MS = 86_400_000;
const USAGE = { inputTokens: 600, outputTokens: 200, cacheReadTokens: 0, cacheWriteTokens: 0 };

let advising: Advising;
let handler: unknown;
let nowMs = NOON;

beforeAll(async () => {
  advising = await startAdvising(() => nowMs);
  ({ handler } = advising);
  const days = [-6, -5, -4, -3, -2, -1];
  await spend('acme', { model: OPUS, days, perDay: 30 });
  const waiting = { operation: 'digest', tags: { urgency: 'deferred' } };
  await spend('acme', { model: HAIKU, days, perDay: 20 }, waiting);
});
afterAll(() => advising.stop());

/** Records requests at the standard price, starting at noon, on days relative to today. */
async function spend(
  organizationId: string,
  { model, days, perDay }: { model: string; days: number[]; perDay: number },
  facts: Partial<Posting> = {},
): Promise<void> {
  const resolved = resolveRate({ model, atMs: NOON });
  if (!resolved.ok) throw new Error(resolved.reason);
  const amountNanoUsd = costOf(USAGE, resolved.rate);
  const postings = days.flatMap((day) =>
    Array.from({ length: perDay }, (_, index) =>
      postingWith({
        organizationId,
        model,
        usage: USAGE,
        amountNanoUsd,
        occurredAtMs: NOON + day * DAY_MS + index * 600_000,
        ...facts,
      }),
    ),
  );
  const { usage } = stores(advising.db);
  expect((await usage.record(postings, 90, NOON)).kind).toBe('recorded');
}

type Shown = {
  id: string;
  kind: string;
  savingUsdPerMonth: string;
  isQuestion: boolean;
  saving?: { leastUsdPerMonth: string };
  state: string;
};

async function list(query: Record<string, string> = {}): Promise<Shown[]> {
  const { status, json } = await call(handler, LIST, { query, role: 'viewer' });
  expect(status).toBe(200);
  return json['items'] as Shown[];
}

/** A store does not keep the order of keys. */
const expectInOrder = (shown: object, names: readonly string[]): void =>
  expect(Object.keys(shown)).toEqual(names.filter((name) => name in shown));

async function modelSwitch(state = 'open'): Promise<Shown> {
  const [recommendation] = await list({ kind: 'model-switch', state });
  if (!recommendation) throw new Error(`there is no ${state} advice to switch`);
  return recommendation;
}

describe('recommendations', () => {
  test('are computed when first requested, the surest saving first, page by page', async () => {
    const { json } = await call(handler, LIST, { query: {} });
    expect(json['sample']).toEqual({ requests: 300, allRequests: 300, days: 6 });
    expect(json['leftOut']).toEqual([
      {
        kind: 'idle-provisioned-concurrency',
        why: 'who operates this deployment pays for warm functions, and is advised on them',
      },
    ]);
    const all = await list();
    const ranks = all.map(({ isQuestion, saving }) => [
      isQuestion,
      Number(saving?.leastUsdPerMonth ?? 0),
    ]);
    expect(ranks).toEqual(
      ranks.toSorted(
        ([asked, least], [otherAsked, otherLeast]) =>
          Number(asked) - Number(otherAsked) || Number(otherLeast) - Number(least),
      ),
    );
    expect(all.length).toBeGreaterThan(2);

    for (const limit of ['1', '2']) {
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const query = { limit, ...(cursor === undefined ? {} : { cursor }) };
        const page = await call(handler, LIST, { query });
        paged.push(...(page.json['items'] as Shown[]).map(({ id }) => id));
        cursor = page.json['nextCursor'] as string | undefined;
      } while (cursor !== undefined && paged.length < all.length);
      expect(paged).toEqual(all.map(({ id }) => id));
      expect(cursor).toBeUndefined();
    }
    expect(await list({ scope: 'system', scopeId: 'relaycore' })).toEqual(all);
    expect(await list({ scope: 'system', scopeId: 'automatrix' })).toEqual([]);
    expect(await list({ scope: 'department' })).toEqual([]);
  });

  test('price recorded usage exactly', async () => {
    const rates = [OPUS, SONNET].map((model) => resolveRate({ model, atMs: NOON }));
    const costs = rates.map((rate) => (rate.ok ? costOf(USAGE, rate.rate) : 0n));
    const perRequest = (costs[0] ?? 0n) - (costs[1] ?? 0n);
    const { savingUsdPerMonth } = await modelSwitch();
    expect(BigInt(savingUsdPerMonth.replace('.', ''))).toBe((perRequest * 180n * 30n) / 6n);
  });

  test('are shown in one order of fields, with figures that are rounded', async () => {
    const items = (await list()) as unknown as z.output<typeof recommendationView>[];
    for (const item of items) {
      const { confidence, evidence, qualityRisk } = item;
      const { shape } = recommendationView;
      expectInOrder(item, Object.keys(shape));
      expectInOrder(confidence, Object.keys(shape.confidence.shape));
      expectInOrder(evidence, EVIDENCE_NAMES);
      expectInOrder(qualityRisk ?? {}, Object.keys(shape.qualityRisk.unwrap().shape));
      expect(String(item.saving?.percent ?? 0).length).toBeLessThan('-0.00001234'.length);
    }
    expect(items.some(({ qualityRisk }) => qualityRisk)).toBe(true);
  });

  test('are empty for an organization without usage, which is remembered', async () => {
    const empty = { organizationId: 'new', query: {} };
    expect((await call(handler, LIST, empty)).json).toMatchObject({
      items: [],
      sample: { requests: 0, allRequests: 0, days: 0 },
    });
  });

  test('name no department if requests named none', async () => {
    const query = { kind: 'threshold-fit' };
    const days = [-8, -7, -6, -5, -4, -3, -2, -1];
    await spend(
      'nameless',
      { model: OPUS, days, perDay: 1 },
      {
        departmentId: undefined,
        amountNanoUsd: 50_000_000_000n,
      },
    );
    const { json } = await call(handler, LIST, { organizationId: 'nameless', query });
    const scopes = (json['items'] as { scope: string }[]).map(({ scope }) => scope);
    expect(new Set(scopes)).toEqual(new Set(['organization', 'system', 'user']));
  });

  test('are computed again within a minute for a new organization', async () => {
    const begins = { organizationId: 'begins', query: {} };
    expect((await call(handler, LIST, begins)).json['items']).toEqual([]);
    await spend('begins', { model: OPUS, days: [-4, -3, -2, -1], perDay: 30 });
    expect((await call(handler, LIST, begins)).json['items']).toEqual([]);
    nowMs += 60_000;
    const { json } = await call(handler, LIST, begins);
    expect(json['sample']).toEqual({ requests: 120, allRequests: 120, days: 4 });
    expect(json['items']).toContainEqual(expect.objectContaining({ kind: 'model-switch' }));
  });

  test('are decided on once, and audited once', async () => {
    const { id } = await modelSwitch();
    const tooLow = await call(handler, ACCEPT, { params: { id }, role: 'caller' });
    expect(tooLow.status).toBe(403);
    expect((await call(handler, OUTCOME, { params: { id } })).status).toBe(409);
    const accepted = await call(handler, ACCEPT, { params: { id } });
    expect(accepted.json).toMatchObject({ id, state: 'accepted', decidedBy: 'key-1' });
    nowMs += 60_000;
    const again = await call(handler, ACCEPT, { params: { id } });
    expect(again.json).toEqual(accepted.json);
    const entries = await stores(advising.db).audit.listDay('acme', '2026-11-21');
    expect(entries.filter(({ target }) => target === id)).toMatchObject([
      { action: 'recommendation.accept', after: { state: 'accepted' } },
    ]);
    expect((await call(handler, DISMISS, { params: { id: 'advice-0' } })).status).toBe(404);
  });

  test('show what they saved on the requests that followed them', async () => {
    const { id } = await modelSwitch('accepted');
    await spend('acme', { model: SONNET, days: [1], perDay: 40 });
    await spend('acme', { model: OPUS, days: [1], perDay: 10 });
    nowMs = NOON + 2 * DAY_MS;
    const { json } = await call(handler, OUTCOME, { params: { id }, role: 'viewer' });
    const [opus, sonnet] = [OPUS, SONNET].map((model) => resolveRate({ model, atMs: NOON }));
    if (!opus?.ok || !sonnet?.ok) throw new Error('no price');
    const saved = 40n * (costOf(USAGE, opus.rate) - costOf(USAGE, sonnet.rate));
    expect(BigInt(String(json['realizedSavingUsd']).replace('.', ''))).toBe(saved);
    expect(json).toMatchObject({ measuredRequests: 50, followingRequests: 40 });
    expect(json['before']).toMatchObject({ requests: 180 });
  });

  test('that change the same thing exclude each other', async () => {
    const { recommendations } = stores(advising.db);
    const { items } = await recommendations.list('acme');
    const accepted = items.find(({ state }) => state === 'accepted') ?? expect.unreachable();
    const times = { createdAtMs: nowMs, nowMs };
    const other = { ...accepted, id: 'advice-other', title: 'Serve it with another model' };
    await recommendations.propose('acme', other, times);
    const refused = await call(handler, ACCEPT, { params: { id: other.id } });
    expect(refused.status).toBe(409);
    expect(refused.text).toContain(`(${accepted.id}), which changes the same thing`);
    await recommendations.end('acme', other.id, nowMs);
  });

  test('stay as decided when they are computed again; what no longer holds ends', async () => {
    const dismissed = (await list())[0];
    if (!dismissed) throw new Error('there is no open advice');
    await call(handler, DISMISS, { params: { id: dismissed.id } });
    await advising.advise();
    expect((await modelSwitch('accepted')).state).toBe('accepted');
    expect((await list({ state: 'dismissed' })).map(({ id }) => id)).toEqual([dismissed.id]);
    nowMs = NOON + 40 * DAY_MS;
    await spend('acme', { model: SONNET, days: [39], perDay: 1 });
    await advising.advise();
    expect(await list()).toEqual([]);
    const [ended] = await list({ state: 'ended' });
    if (!ended) throw new Error('nothing has ended');
    expect((await call(handler, ACCEPT, { params: { id: ended.id } })).status).toBe(409);
  });

  test('judge other scopes every night where there are many, until each had its turn', async () => {
    const start = nowMs;
    const { usage } = stores(advising.db);
    for (let day = 52; day < 65; day += 1) {
      const postings = Array.from({ length: 60 }, (_, number) =>
        postingWith({
          organizationId: 'crowd',
          userId: `user-${number}`,
          departmentId: undefined,
          amountNanoUsd: 50_000_000_000n,
          occurredAtMs: NOON + day * DAY_MS,
        }),
      );
      expect((await usage.record(postings, 90, NOON)).kind).toBe('recorded');
    }
    const known = async (): Promise<string[]> => {
      const query = { kind: 'threshold-fit', scope: 'user', limit: '100' };
      const { json } = await call(handler, LIST, { organizationId: 'crowd', query });
      return (json['items'] as { scopeId: string }[]).map(({ scopeId }) => scopeId);
    };
    const toldBy: number[] = [];
    for (const night of [61, 62, 63, 64]) {
      nowMs = NOON + night * DAY_MS;
      await advising.advise();
      toldBy.push((await known()).length);
    }
    expect(toldBy[0]).toBeLessThan(60);
    // What had no turn in a night stays as it was.
    expect(toldBy).toEqual(toldBy.toSorted((left, right) => left - right));
    expect(toldBy.at(-1)).toBe(60);
    nowMs = start;
  });

  test('are computed in a different order every night, so that none is always the last', async () => {
    const organizations = Array.from({ length: 6 }, (_, number) => `night-${number}`);
    const nightly = async (day: number): Promise<string[]> => {
      for (const id of organizations) await spend(id, { model: SONNET, days: [day], perDay: 1 });
      nowMs = NOON + (day + 1) * DAY_MS;
      const before = advising.telemetry.lines.length;
      await advising.advise();
      return advising.telemetry.lines
        .slice(before)
        .filter(({ code }) => code === 'ADVICE_GIVEN')
        .map(({ facts }) => (facts as { organizationId: string }).organizationId)
        .filter((id) => organizations.includes(id));
    };
    const [first, other] = [await nightly(60), await nightly(61)];
    expect(first.toSorted()).toEqual(organizations);
    expect(other.toSorted()).toEqual(organizations);
    expect(first).not.toEqual(other);
  });
});
