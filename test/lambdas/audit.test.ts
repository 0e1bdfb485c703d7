import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandler } from '../../lambdas/audit/handler.ts';
import type { AuditEntry } from '../../domain/audit/audit-entry.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { silentTelemetry } from '../support/telemetry.ts';

const LIST = 'GET /v1/audit';
const DAY_MS = 86_400_000;

/** Numbers of the changes in order: some on the first day, the rest on the next. */
const NUMBERS = Array.from({ length: 24 }, (_, number) => number);
const FIRST_DAY = 19;

let store: EmbeddedStore;
let handler: unknown;
const recorded = new Set<number>();

/** Records a change, one millisecond after the previous one, across ten targets and all chains. */
async function record(organizationId: string, number: number, more: Partial<AuditEntry> = {}) {
  if (organizationId === 'acme' && recorded.has(number)) return;
  recorded.add(number);
  await stores(store.db).audit.record({
    organizationId: organizationId === 'turning' ? 'acme' : organizationId,
    actor: `key-${number % 2}`,
    action: 'budget.put',
    target: `user/${number % 10}/monthly`,
    after: { limitNanoUsd: 10n ** 18n, number },
    atMs: NOON + (number >= FIRST_DAY ? DAY_MS : 0) + number,
    ...more,
  });
}

beforeAll(async () => {
  store = await startEmbeddedStore();
  const { audit } = stores(store.db);
  handler = createHandler({ now: () => NOON, telemetry: silentTelemetry(), audit });
  for (const number of NUMBERS) await record('acme', number);
  await record('other', 1);
});
afterAll(() => store.close());

const list = (query: Record<string, string>) =>
  call(handler, LIST, { query, organizationId: 'acme', role: 'operator' });

/** All pages of a query. */
async function pages(query: Record<string, string>): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  let cursor: unknown;
  do {
    const page = await list({ ...query, ...(cursor ? { cursor: String(cursor) } : {}) });
    expect(page.status, page.text).toBe(200);
    items.push(...(page.json['items'] as Record<string, unknown>[]));
    cursor = page.json['nextCursor'];
  } while (cursor !== undefined);
  return items;
}

const numbersOf = (items: Record<string, unknown>[]) =>
  items.map(({ after }) => (after as { number: number }).number);

describe('GET /v1/audit', () => {
  test('shows what an organization changed, newest first over all chains, page by page', async () => {
    for (const limit of ['1', '2', '3', '500']) {
      expect(numbersOf(await pages({ limit }))).toEqual(NUMBERS.toReversed());
    }
  });

  test('shows a range of days, `to` excluded, with exact numbers and the chain', async () => {
    const { json } = await list({ from: '2026-11-21', to: '2026-11-22' });
    const items = json['items'] as Record<string, unknown>[];
    expect(numbersOf(items)).toEqual(NUMBERS.slice(0, FIRST_DAY).toReversed());
    const last = items[0];
    const before = items.find(({ chain }, position) => position > 0 && chain === last?.['chain']);
    expect(last).toMatchObject({
      at: '2026-11-21T12:30:00.018Z',
      after: { limitNanoUsd: '1000000000000000000', number: 18 },
      previousSha256: before?.['sha256'],
    });
    expect(last?.['seen']).toHaveLength(7);
  });

  test('neither repeats nor inserts entries that are appended between pages', async () => {
    const first = await list({ limit: '3' });
    await record('turning', 40);
    const second = await list({ limit: '500', cursor: String(first.json['nextCursor']) });
    const items = [first, second].flatMap(({ json }) => json['items'] as Record<string, unknown>[]);
    expect(numbersOf(items)).toEqual(NUMBERS.toReversed());
  });

  test.each([
    [{ target: 'user/3/monthly' }, [30, 23, 13, 3]],
    [{ actor: 'key-0', to: '2026-11-22' }, [18, 16, 14, 12, 10, 8, 6, 4, 2, 0]],
    [{ action: 'budget.delete' }, [30]],
    [{ action: 'budget.put', target: 'user/3/monthly', from: '2026-11-22' }, [23]],
    [{ actor: 'nobody' }, []],
  ])('applies a filter across pages: %j', async (filter, numbers) => {
    await record('acme', 30, { action: 'budget.delete', target: 'user/3/monthly' });
    expect(numbersOf(await pages({ ...filter, limit: '2' }))).toEqual(numbers);
  });

  test.each(['viewer', 'caller'] as const)('is not for a %s', async (role) => {
    expect((await call(handler, LIST, { role })).status).toBe(403);
  });

  test.each([
    ['cursor', { cursor: 'x' }],
    ['cursor', { cursor: Buffer.from('audit:head').toString('base64url') }],
    ['from', { from: '2026-02-30' }],
    ['to', { to: '2026-11-21T00:00:00Z' }],
    ['to', { from: '2026-11-22', to: '2026-11-21' }],
    ['limit', { limit: '0' }],
  ])('names the field %s in %o', async (field, query) => {
    const { status, json } = await list(query);
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[])[0]?.field).toBe(field);
  });
});
