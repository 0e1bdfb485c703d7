import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiKeysTable, createApiKeyStore } from '../../tables/api-keys.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

describe('API keys', () => {
  const key = {
    keyId: 'k1',
    organizationId: 'acme',
    role: 'caller' as const,
    systems: ['relaycore'],
    createdAtMs: 1,
  };

  it('are found by the whole key, and never stored', async () => {
    const keys = createApiKeyStore(store.db);
    await keys.put('psr_secret', key);
    expect(await keys.find('psr_secret')).toMatchObject(key);
    expect(await keys.find('psr_secre')).toBeUndefined();
    const { items } = await store.db.scan({ table: apiKeysTable.name });
    expect(
      JSON.stringify(items, (_, value) => (typeof value === 'bigint' ? '' : value)),
    ).not.toContain('psr_secret');
  });

  it('are unknown once revoked', async () => {
    const keys = createApiKeyStore(store.db);
    await keys.put('psr_old', { ...key, revokedAtMs: 2 });
    expect(await keys.find('psr_old')).toBeUndefined();
  });
});

describe('the audit log', () => {
  it('keeps the entries of a day in the order of writing', async () => {
    const log = createAuditLog(store.db);
    const at = Date.parse('2026-11-21T10:00:00Z');
    const change = {
      organizationId: 'acme',
      actor: 'k1',
      action: 'budget.put',
      target: 'user/a/daily',
    };
    await log.record({ ...change, after: { limitUsd: '1' }, atMs: at });
    await log.record({ ...change, after: { limitUsd: '2' }, atMs: at + 1_000 });
    await log.record({ ...change, after: { limitUsd: '3' }, atMs: at + 86_400_000 });
    const day = await log.listDay('acme', '2026-11-21');
    expect(day.map(({ after }) => after)).toEqual([{ limitUsd: '1' }, { limitUsd: '2' }]);
  });
});

describe('idempotency keys', () => {
  it('take one body each, per route, credential and organization', async () => {
    const keys = createIdempotencyKeyStore(store.db);
    const sent = { target: 'PUT /x', key: 'k', digest: 'd1', atMs: 0 };
    const use = { organizationId: 'acme', actor: 'key-1', ...sent };
    expect(await keys.claim(use)).toBe(true);
    expect(await keys.claim(use)).toBe(true);
    expect(await keys.claim({ ...use, digest: 'd2' })).toBe(false);
    expect(await keys.claim({ ...use, digest: 'd2', target: 'PUT /y' })).toBe(true);
    expect(await keys.claim({ ...use, digest: 'd2', organizationId: 'other' })).toBe(true);
    expect(await keys.claim({ ...use, digest: 'd2', actor: 'key-2' })).toBe(true);
  });
});
