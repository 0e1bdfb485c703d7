import { describe, expect, test } from 'vitest';
import {
  faultsAbove,
  isOver,
  isReplaceable,
  type KeyScopes,
  type ManagedKey,
  managesKeys,
  stateOfKey,
} from '../../../domain/access/key.ts';

const fieldsAbove = (maker: Partial<KeyScopes>, made: Partial<KeyScopes>): string[] =>
  faultsAbove({ role: 'admin', ...maker }, { role: 'admin', ...made }).map(({ field }) => field);

describe('a key stays within the credentials that make it', () => {
  test.each<
    [limit: Partial<KeyScopes>, within: Partial<KeyScopes>[], beyond: Partial<KeyScopes>[]]
  >([
    [{ role: 'operator' }, [{ role: 'operator' }, { role: 'viewer' }], [{ role: 'admin' }]],
    [{ users: ['ada', 'bob'] }, [{ users: ['ada'] }], [{ users: ['ada', 'eve'] }, {}]],
    [{ departments: ['lab'] }, [{ departments: ['lab'] }], [{ departments: ['hr'] }, {}]],
    [{ systems: ['relaycore'] }, [{ systems: ['relaycore'] }], [{ systems: ['other'] }, {}]],
    [{ mayStateCost: false }, [{ mayStateCost: false }], [{ mayStateCost: true }, {}]],
    [{ mayStateCost: true }, [{ mayStateCost: true }, {}], []],
    // Without a limit of its own a key may date back 48 hours.
    [{ backDateHours: 48 }, [{ backDateHours: 48 }, {}], [{ backDateHours: 49 }]],
    [{ backDateHours: 47 }, [{ backDateHours: 47 }], [{}]],
    [
      { severityCeiling: 'high' },
      [{ severityCeiling: 'high' }],
      [{ severityCeiling: 'critical' }, {}],
    ],
    [{ claimLimitUsdPerHour: 5 }, [{ claimLimitUsdPerHour: 5 }], [{ claimLimitUsdPerHour: 6 }, {}]],
    // Without a limit of its own a key may send 200 requests a second.
    [{ requestsPerSecond: 200 }, [{ requestsPerSecond: 200 }, {}], [{ requestsPerSecond: 201 }]],
    [{ requestsPerSecond: 199 }, [{ requestsPerSecond: 199 }], [{}]],
    [{ expiresAtMs: 9 }, [{ expiresAtMs: 9 }], [{ expiresAtMs: 10 }, {}]],
  ])('%j', (limit, within, beyond) => {
    const field = Object.keys(limit)[0]?.replace('expiresAtMs', 'expiresAt');
    for (const made of within) expect(fieldsAbove(limit, made)).toEqual([]);
    for (const made of beyond) expect(fieldsAbove(limit, made)).toEqual([field]);
  });
});

test('a key is over from its last instant on', () => {
  expect(isOver(undefined, 5)).toBe(false);
  expect(isOver(6, 5)).toBe(false);
  expect(isOver(5, 5)).toBe(true);
  const stateWith = (facts: Partial<ManagedKey>): string => stateOfKey(facts as ManagedKey, 5);
  expect(stateWith({})).toBe('active');
  expect(stateWith({ expiresAtMs: 5 })).toBe('expired');
  expect(stateWith({ expiresAtMs: 5, revokedAtMs: 4 })).toBe('revoked');
});

test('only an admin without limits manages keys, and the last one stays', () => {
  expect(managesKeys({ role: 'admin' })).toBe(true);
  expect(managesKeys({ role: 'operator' })).toBe(false);
  for (const list of ['users', 'departments', 'systems']) {
    expect(managesKeys({ role: 'admin', [list]: [] })).toBe(false);
  }
  expect(isReplaceable([{ keyId: 'a' }], 'a', 5)).toBe(false);
  expect(isReplaceable([{ keyId: 'a' }, { keyId: 'b', expiresAtMs: 5 }], 'a', 5)).toBe(false);
  expect(isReplaceable([{ keyId: 'a' }, { keyId: 'b', expiresAtMs: 6 }], 'a', 5)).toBe(true);
});
