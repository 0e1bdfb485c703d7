import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type ChainedEntry, hashOf } from '../../../domain/audit/audit-entry.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
const ENTRY: Omit<ChainedEntry, 'hash'> = {
  organizationId: 'acme',
  actor: 'key-1',
  action: 'budget.put',
  target: 'user/ada/daily',
  before: { limitUsd: '1' },
  after: { limitUsd: '2' },
  atMs: Date.UTC(2026, 10, 21),
  chain: 3,
  day: '2026-11-21',
  sequence: 7,
  previousHash: 'a'.repeat(64),
  seen: [{ chain: 1, day: '2026-11-21', sequence: 4, hash: 'b'.repeat(64) }],
};

describe('the hash of an audit entry', () => {
  test.each<[field: keyof typeof ENTRY, other: unknown]>([
    ['organizationId', 'other'],
    ['actor', 'key-2'],
    ['action', 'budget.delete'],
    ['target', 'user/ada/monthly'],
    ['before', { limitUsd: '3' }],
    ['after', { limitUsd: '3' }],
    ['atMs', Date.UTC(2026, 10, 22)],
    ['chain', 4],
    ['day', '2026-11-22'],
    ['sequence', 8],
    ['previousHash', 'c'.repeat(64)],
    ['seen', []],
  ])('changes with its %s', (field, other) => {
    expect(hashOf({ ...ENTRY, [field]: other }, digest)).not.toBe(hashOf(ENTRY, digest));
  });
});
