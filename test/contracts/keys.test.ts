import { expect, test } from 'vitest';
import { keyViewOf } from '../../contracts/keys.ts';
import type { ManagedKey } from '../../domain/access/key.ts';

const KEY: ManagedKey = {
  keyId: 'key-1',
  organizationId: 'acme',
  name: 'nightly batch',
  role: 'caller',
  users: ['ada'],
  departments: ['research'],
  systems: ['relaycore'],
  mayStateCost: false,
  claimLimitUsdPerHour: 5,
  backDateHours: 12,
  requestsPerSecond: 20,
  severityCeiling: 'high',
  createdAtMs: Date.UTC(2026, 10, 1),
  createdBy: 'key-0',
  expiresAtMs: Date.UTC(2026, 11, 1),
  secrets: [
    { hash: 'new', createdAtMs: Date.UTC(2026, 10, 20) },
    { hash: 'old', createdAtMs: Date.UTC(2026, 10, 1), expiresAtMs: Date.UTC(2026, 10, 21) },
  ],
};

test('a key is shown with its limits, and never with a hash', () => {
  expect(keyViewOf(KEY, Date.UTC(2026, 10, 21))).toEqual({
    keyId: 'key-1',
    name: 'nightly batch',
    role: 'caller',
    users: ['ada'],
    departments: ['research'],
    systems: ['relaycore'],
    mayStateCost: false,
    claimLimitUsdPerHour: 5,
    backDateHours: 12,
    requestsPerSecond: 20,
    severityCeiling: 'high',
    state: 'active',
    createdAt: '2026-11-01T00:00:00.000Z',
    createdBy: 'key-0',
    expiresAt: '2026-12-01T00:00:00.000Z',
    revokedAt: undefined,
    texts: [{ createdAt: '2026-11-20T00:00:00.000Z', expiresAt: undefined }],
  });
});
