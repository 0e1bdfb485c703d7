import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandler } from '../../lambdas/audit/handler.ts';
import { createAuditLog } from '../../tables/audit-log.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { silentTelemetry } from '../support/telemetry.ts';

const LIST = 'GET /v1/audit';
const DAY_MS = 86_400_000;

let store: EmbeddedStore;
let handler: unknown;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const audit = createAuditLog(store.db);
  handler = createHandler({ now: () => NOON, telemetry: silentTelemetry(), audit });
  for (const organizationId of ['acme', 'other']) {
    for (const number of [1, 2, 3, 4, 5]) {
      await audit.record({
        organizationId,
        actor: 'key-1',
        action: 'budget.put',
        target: `user/${organizationId}/daily`,
        after: { limitNanoUsd: 10n ** 18n, percent: number },
        atMs: NOON + (number > 3 ? DAY_MS : 0) + number,
      });
    }
  }
});
afterAll(() => store.close());

const list = (query: Record<string, string>) =>
  call(handler, LIST, { query, organizationId: 'acme', role: 'operator' });
const placesOf = (json: Record<string, unknown>) =>
  (json['items'] as Record<string, unknown>[]).map(({ day, sequence }) =>
    [day, sequence].join(' '),
  );

describe('GET /v1/audit', () => {
  test('shows what an organization changed, newest first, page by page', async () => {
    const places: string[] = [];
    let cursor: unknown;
    do {
      const { status, json } = await list({
        limit: '2',
        ...(cursor ? { cursor: String(cursor) } : {}),
      });
      expect(status).toBe(200);
      places.push(...placesOf(json));
      cursor = json['nextCursor'];
    } while (cursor !== undefined);
    expect(places).toEqual([
      '2026-11-22 2',
      '2026-11-22 1',
      '2026-11-21 3',
      '2026-11-21 2',
      '2026-11-21 1',
    ]);
  });

  test('shows a range of days, `to` excluded, with exact numbers and the chain', async () => {
    const { json } = await list({ from: '2026-11-21', to: '2026-11-22' });
    expect(placesOf(json)).toEqual(['2026-11-21 3', '2026-11-21 2', '2026-11-21 1']);
    const [third, second] = json['items'] as Record<string, unknown>[];
    expect(third).toMatchObject({
      at: '2026-11-21T12:30:00.003Z',
      actor: 'key-1',
      target: 'user/acme/daily',
      after: { limitNanoUsd: '1000000000000000000', percent: 3 },
      previousSha256: second?.['sha256'],
    });
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
